// Asks one request after the other for ever, and says the number of each once it is committed.
import { writeSync } from "node:fs";
import { sqliteStore } from "../../src/index.ts";
import { addOpen, event, put, putThread, request, TENANT, thread } from "../../../test/records.ts";

const [path = ""] = process.argv.slice(2);
const store = sqliteStore(path);
for (let n = ((await store.getThread(TENANT, "pay-001"))?.version ?? 0) + 1; ; n++) {
  const committed = await store.commit({
    tenant: TENANT,
    changes: [
      putThread(thread("pay-001", { continuation: new Uint8Array(20_000).fill(n) }), n - 1),
      put(request(`r${n}`)),
      addOpen("pay-001", 1),
    ],
    events: [event("thread/pay-001", n), event(`r${n}`, 1)],
  });
  if (!committed.ok) throw new Error(committed.reason);
  writeSync(1, `${n}\n`);
}

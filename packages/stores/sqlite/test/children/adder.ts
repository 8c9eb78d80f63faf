// Adds 1 to the amount of a request, so many times, each by compare-and-set.
import { sqliteStore } from "../../src/index.ts";
import { addOpen, event, put, TENANT } from "../../../test/records.ts";

const [path = "", times = "0"] = process.argv.slice(2);
const store = sqliteStore(path);
for (let done = 0; done < Number(times);) {
  const record = await store.getRequest(TENANT, "r1");
  if (!record) throw new Error("no request");
  const next = { ...record, args: { amount: Number(record.args["amount"]) + 1 }, seq: record.seq + 1 };
  const { ok } = await store.commit({
    tenant: TENANT,
    changes: [put(next, record.version), addOpen("pay-001", 1)],
    events: [event("r1", next.seq)],
  });
  if (ok) done++;
}
await store.close();

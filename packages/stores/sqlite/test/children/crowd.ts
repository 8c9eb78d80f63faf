// Hands in eight batches at once, again and again, of which one is refused. Says how many were accepted, and how many refused.
import { event, put, request, TENANT } from "@countersign/store-tests";
import { sqliteStore } from "../../src/index.ts";

const [path = "", name = ""] = process.argv.slice(2);
const store = sqliteStore(path);
const counts = { ok: 0, refused: 0 };
for (let round = 0; round < 40; round++) {
  const ends = Array.from({ length: 8 }, async (_, n) => {
    const id = `${name}-${round}-${n}`;
    const changes = [
      { op: "add", kind: "thread", id: "shared", field: "open", by: 1 } as const,
      put(request(id)),
      // It is there already, or isn't there yet.
      ...(n === round % 8 ? [put(request(`${name}-0-7`), 7)] : []),
    ];
    const { ok } = await store.commit({ tenant: TENANT, changes, events: [event(id, 1)] });
    counts[ok ? "ok" : "refused"]++;
  });
  await Promise.all(ends);
}
await store.close();
console.log(JSON.stringify(counts));

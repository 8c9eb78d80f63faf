// Commits large records, so many at once, until it is refused, then tells what the error was and what it finds in the store.
import { isCountersignError } from "@countersign/core/store";
import { commit, event, put, request, TENANT } from "@countersign/store-tests";
import { sqliteStore } from "../../src/index.ts";

const [path = "", atOnce = "1"] = process.argv.slice(2);
let committed = 0;
let refusedTogether = 0;
let failure: unknown;
try {
  const store = sqliteStore(path);
  try {
    for (let n = 1; n <= 1_000; n++) {
      const ends = await Promise.allSettled(
        Array.from({ length: Number(atOnce) }, (_, m) =>
          commit(store, [put(request(`r${n}-${m}`, { reason: "x".repeat(20_000) }))], [event(`r${n}-${m}`, 1)]),
        ),
      );
      committed += ends.filter(({ status }) => status === "fulfilled").length;
      const failures = ends.filter((end) => end.status === "rejected");
      refusedTogether = failures.length;
      if (failures[0]) throw failures[0].reason;
    }
  } catch (error) {
    failure = error;
  }
  const found = await store.countRequests(TENANT, {}, 10_000);
  const events = (await store.listEvents(TENANT, undefined, 10_000)).events.length;
  report({ committed, refusedTogether, found, events });
} catch (error) {
  failure ??= error;
  report({ committed });
}

function report(counts: object): void {
  const known = isCountersignError(failure)
    ? { code: failure.code, details: failure.details, because: String(failure.cause) }
    : { code: String(failure) };
  console.log(JSON.stringify({ ...counts, ...known }));
}

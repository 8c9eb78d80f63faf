import { setImmediate as breathe, setTimeout as sleep } from "node:timers/promises";
import type { DocumentPort, DocumentRecord } from "@countersign/core/store";
import { event, TENANT } from "../records.ts";

/** Counts document `counter` up by compare-and-set, so many times. */
export async function countUp(documents: DocumentPort, times: number): Promise<void> {
  for (let done = 0; done < times;) {
    const counter = await documents.get(TENANT, "keys", "counter");
    if (!counter) throw new Error("no document");
    const { version, ...document } = counter;
    const { ok } = await documents.put(TENANT, { ...document, body: { count: Number(document.body["count"]) + 1 } }, version);
    if (ok) done++;
    else await sleep(Math.random() * 2);
  }
}

/** Claims whatever is due of collection `due`, for moments only, so many times. */
export async function claimAgain(documents: DocumentPort, times: number): Promise<readonly DocumentRecord[]> {
  const all: DocumentRecord[] = [];
  for (let looks = 0; looks < times; looks++) all.push(...(await documents.claimDue(TENANT, { collection: "due", leaseMs: 1, limit: 7 })));
  return all;
}

/** Puts document `a` for ever, each time with an event, and a new one beside it before; says the version of each. */
export async function putForEver(documents: DocumentPort, say: (version: number) => void): Promise<never> {
  const first = ((await documents.get(TENANT, "keys", "a"))?.version ?? 0) + 1;
  for (let n = first; ; n++) {
    const beside = await documents.put(TENANT, { collection: "keys", id: `n${n}`, body: { n } }, 0);
    const { ok } = await documents.put(TENANT, { collection: "keys", id: "a", body: { n } }, n - 1, [event("key/a", n)]);
    // The first one beside it may have been put by a process that was killed before it came to this.
    if (!ok || (!beside.ok && n > first)) throw new Error("refused");
    say(n);
    await breathe();
  }
}

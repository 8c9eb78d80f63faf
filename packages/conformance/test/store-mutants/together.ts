import type { Batch, Committed, StorePort } from "@countersign/core/store";
import { wrapped, type Mutant } from "./mutant.ts";

/** Batches that are handed in at once are written one after the other, and then all answered, as `answers` says. */
function together(store: StorePort, answers: (batches: readonly Batch[], ends: readonly Committed[]) => Promise<readonly Committed[]>) {
  let waiting: { readonly batch: Batch; readonly answer: PromiseWithResolvers<Committed> }[] = [];
  const write = async (): Promise<void> => {
    const group = waiting;
    waiting = [];
    try {
      const ends: Committed[] = [];
      for (const { batch } of group) ends.push(await store.commit(batch));
      const given = group.length === 1 ? ends : await answers(group.map(({ batch }) => batch), ends); // prettier-ignore
      group.forEach(({ answer }, n) => answer.resolve(given[n] ?? { ok: true }));
    } catch (error) {
      for (const { answer } of group) answer.reject(error);
    }
  };
  const commit: StorePort["commit"] = (batch) => {
    const answer = Promise.withResolvers<Committed>();
    if (waiting.push({ batch, answer }) === 1) setImmediate(() => void write());
    return answer.promise;
  };
  return { commit };
}

/** Stores that write several batches at once, and confuse them. */
export const togetherMutants: readonly Mutant[] = [
  wrapped("tells-all-what-one-was-told", ["store.race.refused"], (store) =>
    together(store, async (_, ends) => ends.map((end) => ends.find(({ ok }) => !ok) ?? end)),
  ),
  wrapped("answers-the-accepted-first", ["store.race.refused"], (store) =>
    together(store, async (_, ends) => [...ends.filter(({ ok }) => ok), ...ends.filter(({ ok }) => !ok)]),
  ),
  wrapped("keeps-what-the-refused-counted", ["store.race.refused"], (store) =>
    together(store, async (batches, ends) => {
      for (const [n, { tenant, changes }] of batches.entries()) {
        if (ends[n]?.ok) continue;
        for (const add of changes) if (add.op === "add") await store.commit({ tenant, changes: [add], events: [] });
      }
      return ends;
    }),
  ),
];

import type { Batch, StorePort } from "@countersign/core/store";
import { die } from "./die.ts";
import type { Kill } from "./order.ts";

/** What a commit's events say that it is. */
const EVENTS: { readonly [P in Exclude<Kill["point"], "effect">]: readonly string[] } = {
  suspend: ["asked", "granted", "allowed"],
  decide: ["approved", "rejected", "voted"],
  claim: ["claimed"],
  receipt: ["done", "failed"],
};

/** The same store, in which this process dies around one commit. */
export function deadly(store: StorePort, { when, point, nth = 1 }: Kill): StorePort {
  if (point === "effect") return store;
  const types = EVENTS[point];
  let met = 0;
  const isOne = ({ events }: Batch): boolean => events.some(({ type }) => types.includes(type));
  return new Proxy(store, {
    get(target, name) {
      if (name !== "commit") {
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      }
      return async (batch: Batch) => {
        if (when === "before" && isOne(batch) && ++met === nth) die();
        const committed = await target.commit(batch);
        // One that was refused, because a sign of life came in between, is made again.
        if (when === "after" && committed.ok && isOne(batch) && ++met === nth) die();
        return committed;
      };
    },
  });
}

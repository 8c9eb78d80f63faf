import type { StorePort } from "@countersign/core/store";
import { inBulk, timed, type Comparison, type Timed } from "../measure.ts";
import { BATCHES, decideOn, suspendOne, type Move } from "../moves.ts";
import type { Opened, Operations } from "../operations.ts";
import { readyAt, type Address } from "../stores/address.ts";
import { rawAt } from "../stores/raw.ts";
import { spentPerRun, timedStore } from "../stores/spy.ts";

interface Given {
  /** One for each case. */
  readonly addresses: readonly Address[];
  readonly move: Move;
  /** Through core: everything that core does for it. Alone: the commit that core makes of it. */
  readonly what: "through core" | "the commit alone";
  /** Of the raw commit. */
  readonly rows: number;
}

/** A move of one request, beside a raw commit in the same place. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ addresses, move, what, rows }: Given): Promise<Opened> {
  const opened: (() => unknown)[] = [];
  const cases: Comparison[] = [];
  for (const address of addresses) {
    const store = await readyAt(address);
    const raw = await rawAt(address);
    opened.push(() => store.close(), () => raw.close()); // prettier-ignore
    const sides = what === "the commit alone" ? { subject: alone(store, move) } : throughCore(store, move);
    cases.push({ ...sides, baseline: inBulk(() => raw.commit(rows)) });
  }
  return {
    cases,
    async [Symbol.asyncDispose]() {
      for (const close of opened) await close();
    },
  };
}

function alone(store: StorePort, move: Move): Timed {
  return async () => {
    const batch = await BATCHES[move](store);
    return timed(() => store.commit(batch));
  };
}

function throughCore(store: StorePort, move: Move): Pick<Comparison, "subject" | "profile"> {
  const before = move === "decide" ? () => suspendOne(store) : async () => undefined;
  const act = (on: StorePort, request: Awaited<ReturnType<typeof before>>) => (request ? decideOn(on, request) : suspendOne(on));
  return {
    async subject() {
      const prepared = await before();
      return timed(() => act(store, prepared));
    },
    async profile(times) {
      const { store: timing, spent } = timedStore(store);
      let whole = 0;
      for (let i = 0; i < times; i++) {
        const prepared = await before();
        whole += (await timed(() => act(timing, prepared))).ms;
      }
      return [`core itself: ${((whole - spent.waiting) / times).toFixed(3)} ms`, ...spentPerRun(spent, times)];
    },
  };
}

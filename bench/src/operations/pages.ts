import { createGate, type RequestQuery } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { medianMs, paired, timed, type Comparison } from "../measure.ts";
import type { Opened, Operations } from "../operations.ts";
import { readyAt, type Address } from "../stores/address.ts";

interface Given {
  readonly full: Address;
  readonly small: Address;
  /** What each of them is asked for, one for each case. */
  readonly queries: readonly { readonly full: RequestQuery; readonly small: RequestQuery }[];
}

/** Pages of the inbox with many pending requests, beside the same pages with few. */
export const operations: Operations<Given> = { url: import.meta.url, open };

async function open({ full, small, queries }: Given): Promise<Opened> {
  const stores = { full: await readyAt(full), small: await readyAt(small) };
  return {
    cases: queries.map((query) => comparing(stores, query)),
    async [Symbol.asyncDispose]() {
      await stores.full.close();
      await stores.small.close();
    },
  };
}

interface Both<T> {
  readonly full: T;
  readonly small: T;
}

function comparing(stores: Both<StorePort>, queries: Both<RequestQuery>): Comparison {
  const gates = { full: createGate({ store: stores.full }), small: createGate({ store: stores.small }) };
  const page = (which: keyof Both<unknown>) => () => timed(() => gates[which].list(queries[which]));
  const stored = (which: keyof Both<unknown>) => () => timed(() => stores[which].listRequests("default", queries[which]));
  const profile = async (rounds: number): Promise<readonly string[]> => {
    const { subject, baseline } = await paired({ subject: stored("full"), baseline: stored("small") }, rounds, 1);
    const [many, few] = [medianMs(subject).toFixed(3), medianMs(baseline).toFixed(3)];
    return [`the store's part: ${many} ms, beside ${few} ms; the rest is core checking each record`];
  };
  return { subject: page("full"), baseline: page("small"), profile };
}

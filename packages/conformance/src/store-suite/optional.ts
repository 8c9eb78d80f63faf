import type { StorePort } from "@countersign/core/store";
import { Absent } from "../contract/absent.ts";

/** What a store may leave out, and what it can't do then. */
const OPTIONAL = {
  listThreads: "it can't say which runs keep failing",
  closedThreads: "it can't purge",
  documents: "it keeps no documents of surfaces",
  endOfEvents: "whoever wants only new events has to read the old ones",
  listSubjects: "a record whose whole chain is gone is found by nobody",
} as const;

type Optional = keyof typeof OPTIONAL;

export type StoreWith<M extends Optional> = StorePort & { readonly [K in M]-?: NonNullable<StorePort[K]> };

/** @throws Absent if the store leaves one of these methods out */
export function having<M extends Optional>(store: StorePort, ...methods: readonly M[]): StoreWith<M> {
  const missing = methods.find((method) => store[method] === undefined);
  if (missing) throw new Absent(`the store has no ${missing}: ${OPTIONAL[missing]}`);
  return store as StoreWith<M>;
}

import type { Batch, Change, StorePort } from "@countersign/core/store";
import { referenceStore, type Weak } from "./reference.ts";

/** A store with one thing wrong. */
export interface Mutant {
  readonly name: string;
  /** Cases that must notice, at least. */
  readonly fails: readonly string[];
  open(location: string): Promise<StorePort>;
}

type Methods = Partial<StorePort>;
export type Put = Extract<Change, { op: "put" }>;
export type Add = Extract<Change, { op: "add" }>;

/** The honest store with some methods replaced. */
export function wrapped(
  name: string,
  fails: readonly string[],
  wrap: (store: StorePort, location: string) => Methods | Promise<Methods>,
  weak: Weak = {},
): Mutant {
  return {
    name,
    fails,
    open: async (location) => {
      const store = referenceStore(location, weak);
      return { ...store, ...(await wrap(store, location)) };
    },
  };
}

/** The honest store with one of its weaknesses. */
export function weak(name: string, fails: readonly string[], weakness: Weak): Mutant {
  return wrapped(name, fails, () => ({}), weakness);
}

/** Changes each batch before it is committed. */
export function batches(
  name: string,
  fails: readonly string[],
  change: (batch: Batch, store: StorePort) => Batch | Promise<Batch>,
): Mutant {
  return wrapped(name, fails, (store) => ({ commit: async (batch) => store.commit(await change(batch, store)) }));
}

/** Changes each change of a batch. */
export function changes(name: string, fails: readonly string[], change: (change: Change) => Change | readonly Change[]): Mutant {
  return batches(name, fails, (batch) => ({ ...batch, changes: batch.changes.flatMap(change) }));
}

/** The version that is there now. Grants are looked for as the suite makes them. */
export async function versionOf(store: StorePort, tenant: string, { kind, record }: Put): Promise<number> {
  if (kind === "request") return (await store.getRequest(tenant, record.id))?.version ?? 0;
  if (kind === "thread") return (await store.getThread(tenant, record.id))?.version ?? 0;
  return (await store.grantsFor(tenant, record.grant)).find(({ id }) => id === record.id)?.version ?? 0;
}

/** What is counted there now, or undefined without a record. */
export async function countOf(store: StorePort, tenant: string, { kind, id }: Add): Promise<number | undefined> {
  if (kind === "thread") return (await store.getThread(tenant, id))?.open;
  return (await store.grantsFor(tenant, { namespace: undefined, tool: "send_payment", agent: "payments" })).find((one) => one.id === id)
    ?.uses;
}

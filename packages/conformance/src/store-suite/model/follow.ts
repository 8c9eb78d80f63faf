import type { StorePort } from "@countersign/core/store";
import { has, holds, same } from "../check.ts";
import { idsOf, T0 } from "../records.ts";
import { reasonsAgainst, write } from "./commit.ts";
import { sameRecords, sameState } from "./compare.ts";
import { dueNow, leased } from "./due.ts";
import { matching } from "./reads.ts";
import { emptyState, type TenantState } from "./state.ts";
import { batchOf, type Step } from "./steps.ts";

/** The store under test, and what `other` does to it. */
export interface Subject {
  store(): StorePort;
  other(): Promise<void>;
}

/** Does each step to the store and to the model; their answers must agree, and in the end so must all that they hold. */
export async function follow(subject: Subject, tenant: string, all: readonly Step[]): Promise<TenantState> {
  const state = emptyState();
  const reader: Reader = { position: undefined, seen: 0 };
  for (const step of all) {
    if (step.do === "commit") await commitBoth(subject.store(), tenant, state, step);
    else if (step.do === "claim") await claimBoth(subject.store(), tenant, state, step);
    else if (step.do === "list") await listBoth(subject.store(), tenant, state, step);
    else if (step.do === "read") await readBoth(subject.store(), tenant, state, reader, step.limit);
    else await goOn(subject, tenant, state);
  }
  await sameState(subject.store(), tenant, state);
  return state;
}

/** Whoever goes on looks first: what it remembers from before may not be so any more. */
async function goOn(subject: Subject, tenant: string, state: TenantState): Promise<void> {
  await subject.other();
  await sameRecords(subject.store(), tenant, state);
}

/** How far somebody has read: in the store's own words, and in the model's. */
interface Reader {
  position: string | undefined;
  seen: number;
}

async function readBoth(store: StorePort, tenant: string, state: TenantState, reader: Reader, limit: number): Promise<void> {
  const expected = [...state.events].filter(([position]) => position > reader.seen).slice(0, limit);
  const { events, position } = await store.listEvents(tenant, reader.position, limit);
  same(
    events,
    expected.map(([, event]) => event),
    `the events since position ${reader.position}`,
  );
  reader.position = position;
  reader.seen = expected.at(-1)?.[0] ?? reader.seen;
}

async function commitBoth(store: StorePort, tenant: string, state: TenantState, step: Extract<Step, { do: "commit" }>): Promise<void> {
  const batch = batchOf(tenant, state, step);
  const reasons = reasonsAgainst(state, batch, await store.now());
  const committed = await store.commit(batch);
  holds(
    committed.ok === (reasons.size === 0),
    `${committed.ok ? "accepted" : `refused (${committed.reason})`}, with against it: ${[...reasons].join(", ")}`,
  );
  // Of several reasons a store may tell any.
  holds(
    committed.ok || reasons.has(committed.reason),
    `refused for ${committed.ok || committed.reason} instead of ${[...reasons].join(", ")}`,
  );
  if (committed.ok) write(state, batch);
}

async function claimBoth(store: StorePort, tenant: string, state: TenantState, step: Extract<Step, { do: "claim" }>): Promise<void> {
  const { kind, agents, limit, leaseMs } = step;
  const earliest = await store.now();
  const due = dueNow(state, kind, agents, earliest);
  const claimed = await store.claimDue(kind, { tenant, agents, limit, leaseMs, holder: "worker/1" });
  const since = new Map(due.map((one) => [one.id, one.since]));
  same(
    claimed.map(({ id }) => since.get(id)),
    due.slice(0, limit).map((one) => one.since),
    `since when what it gave as due (${kind}: ${idsOf(claimed).join(", ")}) has been due`,
  );
  for (const { id, fence } of claimed) {
    const before = state.threads.get(id);
    if (kind !== "thread" || !before) {
      same(fence, 0, `the fence of ${id}`);
      continue;
    }
    const found = await store.getThread(tenant, id);
    holds(found !== undefined && found.leaseUntil >= earliest + leaseMs, `the lease of ${id} is shorter than asked for`);
    const after = leased(before, "worker/1", found.leaseUntil);
    has(found, after, `the claimed thread ${id}`);
    same(fence, after.fence, `the fence of ${id}`);
    state.threads.set(id, after);
  }
}

async function listBoth(store: StorePort, tenant: string, state: TenantState, { query }: Extract<Step, { do: "list" }>): Promise<void> {
  const expected = matching(state.requests.values(), query);
  const { items, next } = await store.listRequests(tenant, query);
  same(
    items.map(({ askedAt }) => askedAt - T0),
    expected.slice(0, query.limit).map(({ askedAt }) => askedAt - T0),
    `a page of ${JSON.stringify(query)}`,
  );
  same(next !== undefined, expected.length > items.length, `whether there is more of ${JSON.stringify(query)}`);
  same(await store.countRequests(tenant, query, 3), Math.min(3, expected.length), `the count of ${JSON.stringify(query)}`);
  await sameRecords(store, tenant, state);
}

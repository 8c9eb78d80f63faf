import { AssertionError } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { StorePort } from "@countersign/core/store";
import { brief } from "../../explain/brief.ts";
import { has, holds, same } from "../check.ts";
import { placesIn } from "../finds.ts";
import { idsOf, T0 } from "../records.ts";
import { batchWords, committedWords } from "../words.ts";
import { reasonsAgainst, write } from "./commit.ts";
import { sameRecords, sameState } from "./compare.ts";
import { Told } from "./differs.ts";
import { dueNow, leased } from "./due.ts";
import { matching } from "./reads.ts";
import { emptyState, type TenantState } from "./state.ts";
import { batchOf, type Step } from "./steps.ts";

/** The store under test, and what `other` does to it. */
export interface Subject {
  store(): StorePort;
  /** In words. */
  readonly otherIs: string;
  other(): Promise<void>;
}

/**
 * Does each step to the store and to the model; their answers must agree, and in the end so must all that they hold.
 * @throws ModelDiffers
 */
export async function follow(subject: Subject, tenant: string, all: readonly Step[], told: Told = new Told()): Promise<TenantState> {
  const state = emptyState();
  const reader: Reader = { position: undefined, seen: 0 };
  for (const step of all) {
    await told.step(wordsOf(subject, tenant, state, step), () => takeStep(subject, tenant, state, reader, step));
  }
  await told.step("read everything", async () => {
    await sameState(subject.store(), tenant, state);
    return undefined;
  });
  return state;
}

async function takeStep(subject: Subject, tenant: string, state: TenantState, reader: Reader, step: Step): Promise<string | undefined> {
  switch (step.do) {
    case "commit":
      return commitBoth(subject.store(), tenant, state, step);
    case "claim":
      return claimBoth(subject.store(), tenant, state, step);
    case "list":
      return listBoth(subject.store(), tenant, state, step);
    case "read":
      return readBoth(subject.store(), tenant, state, reader, step.limit);
    case "other":
      return goOn(subject, tenant, state);
  }
}

function wordsOf({ otherIs }: Subject, tenant: string, state: TenantState, step: Step): string {
  switch (step.do) {
    case "commit":
      return batchWords(batchOf(tenant, state, step));
    case "claim": {
      const { kind, agents, limit, leaseMs } = step;
      const of = agents === undefined ? "" : `, of the agents ${brief(agents)}`;
      return `claim at most ${limit} of what is due (${kind}${of}), for ${leaseMs} ms`;
    }
    case "list":
      return `list the requests of ${brief(step.query)}, and count them`;
    case "read":
      return `read at most ${step.limit} events, from where the last reading ended`;
    case "other":
      return otherIs;
  }
}

/** Whoever goes on looks first: what it remembers from before may not be so any more. */
async function goOn(subject: Subject, tenant: string, state: TenantState): Promise<undefined> {
  await subject.other();
  await sameRecords(subject.store(), tenant, state);
  return undefined;
}

/** How far somebody has read: in the store's own words, and in the model's. */
interface Reader {
  position: string | undefined;
  seen: number;
}

async function readBoth(store: StorePort, tenant: string, state: TenantState, reader: Reader, limit: number): Promise<string> {
  const expected = [...state.events].filter(([position]) => position > reader.seen).slice(0, limit);
  const { events, position } = await store.listEvents(tenant, reader.position, limit);
  same(
    events,
    expected.map(([, event]) => event),
    `the events since position ${reader.position}`,
  );
  reader.position = position;
  reader.seen = expected.at(-1)?.[0] ?? reader.seen;
  return `${events.length} events`;
}

async function commitBoth(store: StorePort, tenant: string, state: TenantState, step: Extract<Step, { do: "commit" }>): Promise<string> {
  const batch = batchOf(tenant, state, step);
  const reasons = reasonsAgainst(state, batch, await store.now());
  const committed = await store.commit(batch);
  const answer = committedWords(committed);
  // Of several reasons a store may tell any.
  const right = committed.ok ? reasons.size === 0 : reasons.has(committed.reason);
  if (!right) {
    const expected = reasons.size === 0 ? "accepted" : `refused (${[...reasons].join(" or ")})`;
    throw new AssertionError({ message: `the batch was ${answer}, and must be ${expected}`, actual: answer, expected });
  }
  if (committed.ok) write(state, batch);
  return answer;
}

async function claimBoth(store: StorePort, tenant: string, state: TenantState, step: Extract<Step, { do: "claim" }>): Promise<string> {
  const { kind, agents, limit, leaseMs } = step;
  const earliest = await store.now();
  const due = dueNow(state, kind, agents, earliest);
  const claimed = await store.claimDue(kind, { tenant, agents, limit, leaseMs, holder: "worker/1" });
  const since = new Map(due.map((one) => [one.id, one.since]));
  const withSince = (ids: readonly string[]): unknown => ids.map((id) => ({ id, dueSince: since.get(id) ?? "not due" }));
  const expected = due.slice(0, limit);
  // Which of two that have been due for as long comes first is the store's own choice.
  const right = claimed.length === expected.length && claimed.every(({ id }, index) => since.get(id) === expected[index]?.since);
  if (!right) {
    const message = `what is due (${kind}): not these, or not the longest overdue first`;
    throw new AssertionError({ message, actual: withSince(idsOf(claimed)), expected: withSince(idsOf(expected)) });
  }
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
  return claimed.length === 0 ? "nothing" : idsOf(claimed).join(", ");
}

async function listBoth(store: StorePort, tenant: string, state: TenantState, { query }: Extract<Step, { do: "list" }>): Promise<string> {
  const expected = matching(state.requests.values(), query);
  const { items, next } = await store.listRequests(tenant, query);
  const times = (records: typeof items): unknown =>
    records.map(({ id, askedAt, expiresAt = Infinity }) => ({ id, askedAt: `T0+${askedAt - T0}`, expiresAt: `T0+${expiresAt - T0}` }));
  const wanted = expected.slice(0, query.limit);
  // Which of two that were asked at once comes first is the store's own choice.
  if (!isDeepStrictEqual(placesIn(query.order, items), placesIn(query.order, wanted))) {
    throw new AssertionError({
      message: "the page: not these requests, or in another order",
      actual: times(items),
      expected: times(wanted),
    });
  }
  same(next !== undefined, expected.length > items.length, "whether there is more behind the page");
  same(await store.countRequests(tenant, query, 3), Math.min(3, expected.length), "the count, up to 3");
  await sameRecords(store, tenant, state);
  return items.length === 0 ? "nothing" : idsOf(items).join(", ");
}

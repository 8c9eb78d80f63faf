import type { StorePort, ThreadHead, ThreadRecord } from "@countersign/core/store";
import { same } from "../check.ts";
import { everyEvent } from "../pages.ts";
import { FAR, T0 } from "../records.ts";
import { closedThreads, grantsFor, matching, matchingThreads, ofThread, ofTurn, readOf, subjects } from "./reads.ts";
import type { TenantState } from "./state.ts";
import { AGENTS, REQUESTS, THREADS } from "./steps.ts";

/** Every request and thread, by its id. */
export async function sameRecords(store: StorePort, tenant: string, state: TenantState): Promise<void> {
  for (const id of REQUESTS) same(await store.getRequest(tenant, id), state.requests.get(id), `the request ${id}`);
  for (const id of THREADS) same(await store.getThread(tenant, id), state.threads.get(id), `the thread ${id}`);
}

/** Everything that the store gives of this tenant is what the model has of it. */
export async function sameState(store: StorePort, tenant: string, state: TenantState): Promise<void> {
  await sameRecords(store, tenant, state);
  for (const id of THREADS) {
    const { now, ...read } = await store.readThread(tenant, id);
    same(read, readOf(state, id), `${id} and what is under way in it`);
    for (const after of [undefined, REQUESTS[0]])
      same(await store.requestsOfThread(tenant, id, after), ofThread(state, id, after), `the requests of ${id} after ${after}`);
    for (const turn of ["m0", "m1", "m2"])
      same(await store.requestsOfTurn(tenant, id, turn), ofTurn(state, id, turn), `the turn ${turn} of ${id}`);
  }
  for (const agent of AGENTS) {
    const call = { namespace: undefined, tool: "send_payment", agent };
    const found = [...(await store.grantsFor(tenant, call))].sort((a, b) => (a.id < b.id ? -1 : 1));
    const expected = [...grantsFor(state, call)].sort((a, b) => (a.id < b.id ? -1 : 1));
    same(found, expected, `the grants for ${agent}`);
  }
  const all = [...matching(state.requests.values(), {})];
  const listed = [...(await store.listRequests(tenant, { limit: 1_000 })).items];
  // Which of two that were asked at once comes first is the store's own choice.
  same(
    listed.sort((a, b) => (a.id < b.id ? -1 : 1)),
    all.sort((a, b) => (a.id < b.id ? -1 : 1)),
    "the list",
  );
  same(
    await store.countRequests(tenant, { status: "pending" }, 100),
    matching(all, { status: "pending" }).length,
    "the count of the pending",
  );
  for (const standing of [undefined, "ready", "running", "suspended", "idle", "failing", "closed"] as const) {
    const query = standing === undefined ? {} : { state: standing };
    const found = await store.listThreads?.(tenant, query);
    if (found) same(found.items.map(headOf), matchingThreads(state, query).map(headOf), `the threads that are ${standing ?? "a run's"}`);
  }
  for (const [before, limit] of [
    [T0 + 500, 1],
    [FAR, 9],
  ] as const) {
    const closed = await store.closedThreads?.(tenant, before, limit);
    const times = closed?.map((id) => state.threads.get(id)?.closedAt);
    const expected = closedThreads(state, before).map(({ closedAt }) => closedAt);
    if (times) same(times, expected.slice(0, limit), `when the threads were closed that it gives as closed before ${before}`);
  }
  const named = await store.listSubjects?.(tenant, undefined, 1_000);
  if (named) same(named.toSorted(), subjects(state), "the subjects");
  same((await everyEvent(store, { tenant })).events, [...state.events.values()], "the events");
}

/** Without what a list may leave out. */
function headOf(thread: ThreadHead): ThreadHead {
  const { context: _context, input: _input, continuation: _continuation, outcome: _outcome, ...head } = thread as ThreadRecord;
  return head;
}

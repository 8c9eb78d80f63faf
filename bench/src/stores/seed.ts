import { createGate, reject } from "@countersign/core";
import { openThread, type ProposedCall } from "@countersign/core/adapter";
import type { StorePort } from "@countersign/core/store";
import { agentOf, ARGS, fiona, policy, requesterOf, toolOf } from "./policy.ts";

/** One suspended thread with one pending request, to be copied with other ids and another time. */
export interface Template {
  readonly request: string;
  readonly thread: string;
  /** Unix ms; stands in the rows, where a copy has a time of its own. */
  readonly askedAt: number;
}

/** Every combination of tool, agent and requester that there is. */
const TEMPLATES = 40;
/** A conversation with more requests than fit on a page. */
export const CROWDED = "bench-crowded";
const CROWD = 60;
/** One in which Fiona has signed as many, and one waits. */
const SIGNED = "bench-signed";

/** The originals of what is still missing. */
export interface Seed {
  readonly templates: readonly Template[];
  /** Of all templates together, which take turns; copy n is asked n ms after its template. */
  readonly copies: number;
}

/**
 * The first pending requests of a store, asked in earnest, one after the other. The rest are copies: a store makes them
 * of the rows that it has written itself, so they look as they would in a year of work.
 */
export async function seed(store: StorePort, pending: number): Promise<Seed> {
  if (pending === 0) return { templates: [], copies: 0 };
  const begun = Date.now() - pending - 60_000;
  const templates: Template[] = [];
  const count = Math.min(TEMPLATES, pending);
  for (let i = 0; i < count; i++) {
    const askedAt = begun + i;
    const thread = `bench-seed-${i}`;
    const [request] = await suspended(store, thread, [callOf(i)], i, askedAt);
    if (request) templates.push({ request, thread, askedAt });
  }
  const crowd = Math.min(CROWD, Math.max(0, pending - count));
  await suspended(store, CROWDED, Array.from({ length: crowd }, (_, i) => callOf(i)), 0, begun + pending); // prettier-ignore
  const asked = await suspended(
    store,
    SIGNED,
    Array.from({ length: CROWD + 1 }, (_, i) => ({ ...callOf(i), tool: toolOf(0) })),
    0,
    begun,
  );
  const desk = createGate({ store });
  for (const id of asked.slice(1)) {
    const request = await desk.get(id);
    if (request) await desk.decide(request, reject("not now"), { by: fiona });
  }
  return { templates, copies: pending - count - crowd };
}

function callOf(i: number): ProposedCall {
  return { turnId: "msg_1", callId: `call_${i}`, tool: toolOf(i), args: ARGS };
}

async function suspended(
  store: StorePort,
  threadId: string,
  calls: readonly ProposedCall[],
  i: number,
  now: number,
): Promise<readonly string[]> {
  if (calls.length === 0) return [];
  // A flood is what is wanted here.
  const gate = createGate({ policy, store, now: () => now, limits: { thread: false, requester: false } });
  const thread = openThread(gate, { threadId, agent: agentOf(i), framework: "bench", requestedBy: requesterOf(i) });
  const requests = await thread.suspend(calls, null);
  await thread.release("suspended");
  return requests.map(({ id }) => id);
}

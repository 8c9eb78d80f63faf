import type { RequestRecord } from "@countersign/core/store";
import type { currentCall } from "@countersign/core";
import type { Thrown } from "./books.ts";
import { digestOf, requestIdOf } from "./digest.ts";
import { TENANT, type Monitor } from "./monitor.ts";
import type { Process } from "./process.ts";

type CallContext = NonNullable<ReturnType<typeof currentCall>>;

/** A call at its place in a conversation. */
export interface Proposed {
  readonly turnId: string;
  readonly callId: string;
  readonly tool: string;
  readonly args: { readonly amount: number };
}

/** An effect under a signature, from when it is entered to what it throws. */
export async function during<T>(
  { entered, thrown }: Monitor,
  { request, idempotencyKey, attempt }: CallContext,
  work: () => Promise<T>,
  sort: (error: unknown) => Thrown,
): Promise<T> {
  if (!request) return work();
  const execution = `${idempotencyKey}/${attempt}`;
  entered.add(execution);
  try {
    return await work();
  } catch (error) {
    thrown.set(execution, sort(error));
    throw error;
  }
}

/** The outside world: what happens here has happened. Synchronous, like the last look at the clock before it. */
export function happen(monitor: Monitor, process: Process, call: Proposed, args: unknown, context: CallContext): void {
  const { world } = monitor;
  const { invocation } = process;
  const thread = monitor.threads.get(context.threadId);
  world.count(context.request ? "effects under a signature" : "effects of allowed calls");
  world.note(
    `${process.name} EFFECT ${call.turnId}/${call.callId} ${JSON.stringify(args)} attempt ${context.attempt}${context.request ? "" : ", allowed"}`,
  );
  if (invocation && !invocation.native && thread && thread.fence !== invocation.fence)
    world.fail("I6 an effect began although the thread is somebody else's");
  // A native invocation isn't told when its hold has lapsed and somebody else, with another policy, goes on with its turn.
  const lost = invocation?.native === true && invocation.fence !== undefined && invocation.fence !== thread?.fence;
  if (context.request) signed(monitor, context, args);
  else if (!lost && monitor.requests.has(requestIdOf(TENANT, context.threadId, call)))
    world.fail("I1 ran unguarded although there is a request");
}

function signed(monitor: Monitor, { idempotencyKey: id, attempt }: CallContext, args: unknown): void {
  const { world } = monitor;
  const record = monitor.requests.get(id);
  if (!record) return world.fail("I1 ran under a request that doesn't exist");
  if (digestOf(record.tool, args) !== digestOf(record.tool, record.proposal.args ?? record.args))
    world.fail("I1 other arguments than signed");
  if (!claimed(monitor, record, attempt))
    world.fail(`I2 an effect began without its claim, ${record.state}, attempt ${attempt} of ${record.attempt}`);
  if (monitor.frozen.has(`${id}/${attempt}`)) world.fail("I12 an effect began although it was claimed under a freeze");
  const effects = [...(monitor.effects.get(id) ?? []), attempt];
  monitor.effects.set(id, effects);
  const allowed = 1 + (monitor.retries.get(id) ?? 0);
  if (!record.idempotent && effects.length > allowed) world.fail(`I2 ran ${effects.length} times for ${allowed} signatures`);
}

function claimed({ world }: Monitor, { state, attempt, leaseUntil }: RequestRecord, mine: number): boolean {
  return state === "executing" && attempt === mine && world.time.now < leaseUntil;
}

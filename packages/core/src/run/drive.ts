import { deserialize, serialize } from "../canonical/serialize.ts";
import type { Continuation } from "../contract/continuation.ts";
import type { RunOutcome } from "../contract/outcome.ts";
import type { Advance, RunFrom, RunnerSpec } from "../contract/runner.ts";
import type { Thread } from "../contract/thread.ts";
import { CountersignError, isCountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";
import { keepLease } from "../hold/lease.ts";
import type { GatingInternals, Kernel } from "../kernel.ts";
import { toRequest } from "../ledger/to-request.ts";
import type { ThreadRead } from "../store/port.ts";
import type { RequestRecord, ThreadRecord } from "../store/records.ts";
import { decodeContinuation, encodeContinuation, savedIn } from "../suspend/continuation.ts";
import type { Acquired } from "./acquire.ts";
import { isOfTheRun } from "./attempts.ts";
import { withThread } from "./current-thread.ts";
import { GatedThread } from "./gated-thread.ts";
import { metThread } from "./met.ts";
import { release } from "./release.ts";
import { BY_ITSELF, stopperOf } from "./stopper.ts";

type Spec<Output, Messages> = Pick<RunnerSpec<never, Output, never, never, Messages>, "keepsConversation" | "restoreOutput" | "messages">;

/** How a runner has its framework go on. */
interface Driver<Input, Output, Messages> {
  readonly advance: (thread: Thread, from: RunFrom<Input>, signal: AbortSignal) => Promise<Advance<Output, Messages>>;
  readonly spec: Spec<Output, Messages>;
}

/** One invocation under its lease, from the framework's first step to the release. */
export async function drive<Input, Output, Messages>(
  internals: GatingInternals,
  { thread: record, invocation, unfinished }: Acquired,
  input: Input | undefined,
  signal: AbortSignal | undefined,
  { advance, spec }: Driver<Input, Output, Messages>,
): Promise<RunOutcome<Output, Messages>> {
  const { kernel } = internals;
  const lease = keepLease(kernel, record.id, invocation.hold);
  try {
    const either = AbortSignal.any([lease.signal, ...(signal ? [signal] : [])]);
    const thread = new GatedThread(internals, invocation, { taken: unfinished, signal: either });
    const theirs = metThread(thread);
    const kept = deserialize(record.input);
    const from = {
      input: input ?? (kept as Input | undefined),
      again: input === undefined && kept !== undefined,
      kept,
      continuation: await decodeContinuation(record.continuation, record.framework),
    };
    const rest = await untilItRests(internals, thread, from, async (next) => {
      // Called off while it was taken, or while a reviewer was asked: what is signed by now waits for the next run.
      either.throwIfAborted();
      const advanced = await withThread(theirs, () => advance(theirs, next, either));
      if (!spec.keepsConversation) refuseLostConversation(advanced, record, invocation);
      return advanced;
    });
    return await finish(internals, thread, rest, { spec, before: from.continuation });
  } catch (error) {
    // A start that had asked nobody anything is its caller's: a worker that tried it as well would do its work twice.
    await giveUp(internals, invocation, error, input === undefined || invocation.declared.size > 0);
    throw error;
  } finally {
    lease.stop();
  }
}

/** How far an invocation came. */
interface Rest<Output, Messages> {
  readonly advanced: Advance<Output, Messages>;
  /** What waits in its thread, which was let go already. */
  readonly waiting?: readonly RequestRecord[];
  readonly read?: ThreadRead;
}

/** Goes on at once when nothing waits any more: the in-process reviewer answered, or somebody was quick. */
async function untilItRests<Input, Output, Messages>(
  internals: GatingInternals,
  thread: GatedThread,
  from: RunFrom<Input>,
  advance: (from: RunFrom<Input>) => Promise<Advance<Output, Messages>>,
): Promise<Rest<Output, Messages>> {
  let asked = "";
  for (let next = from; ;) {
    const advanced = await advance(next);
    if (advanced.status !== "suspended") return { advanced };
    if (advanced.calls.length === 0) {
      // It is saved with the requests that it waits for; here there are none.
      if (advanced.continuation) await thread.save(advanced.continuation);
      return { advanced };
    }
    const recorded = await thread.rest(advanced.calls, advanced.continuation);
    if (recorded.waiting) return { advanced, waiting: recorded.waiting };
    const ids = recorded.ids.join();
    if (internals.reviewer) await thread.review(advanced.calls);
    const read = await internals.kernel.ledger.read(thread.id);
    if (read.unfinished.some(({ state }) => state === "pending")) return { advanced, read };
    if (ids === asked)
      throw new CountersignError("SETUP", {
        hint: `The ${thread.invocation.framework} adapter waits for calls that are decided already: ${ids}. Its advance has to go on with them.`,
      });
    asked = ids;
    thread.forget();
    next = { input: undefined, again: false, continuation: advanced.continuation };
  }
}

/** A pause with which nothing was saved, in this invocation, of a conversation that nobody else keeps: its end would be lost. */
function refuseLostConversation(advanced: Advance<unknown>, taken: ThreadRecord, { framework, hold }: Acquired["invocation"]): void {
  if (advanced.status !== "suspended" || advanced.calls.length === 0 || advanced.continuation) return;
  if ((hold.written ?? taken).continuation !== taken.continuation) return;
  const hint =
    `The ${framework} adapter pauses without a continuation, so nobody could go on with thread ${taken.id}. ` +
    "Let advance answer one. If the framework itself keeps the conversation, write keepsConversation: true.";
  throw new CountersignError("SETUP", { hint });
}

async function finish<Output, Messages>(
  internals: GatingInternals,
  thread: GatedThread,
  { advanced, waiting, read }: Rest<Output, Messages>,
  { spec, before }: { readonly spec: Spec<Output, Messages>; readonly before: Continuation | null },
): Promise<RunOutcome<Output, Messages>> {
  const { kernel } = internals;
  if (waiting) return suspendedWith(waiting);
  if (advanced.status === "suspended") {
    const elsewhere = advanced.calls.length === 0;
    return suspendedWith(await release(kernel, thread.invocation, { type: "suspended", elsewhere }, read));
  }
  const continuation = advanced.continuation && (await encodeContinuation(advanced.continuation));
  if (advanced.status === "stopped") {
    await release(kernel, thread.invocation, { type: "stopped", outcome: undefined, continuation });
    return { status: "stopped", ...((await stopperOf(kernel, thread.id)) ?? BY_ITSELF) };
  }
  const { output, text, usage, lastAgent } = advanced;
  const said = { text, usage, lastAgent };
  const outcome = spec.restoreOutput ? said : { ...said, output: keptOutput(output) };
  await release(kernel, thread.invocation, { type: "completed", outcome, continuation });
  const { id: threadId, requestedBy, context } = thread;
  const saved = { thread: { threadId, requestedBy, context }, continuation: advanced.continuation ?? before, input: undefined };
  const messages = "messages" in advanced ? advanced.messages : spec.messages?.(thread.id, saved);
  return { status: "completed", output, ...said, messages: (await messages) as Messages, replayed: false };
}

/** Undefined: it can't be kept. */
function keptOutput(output: unknown): unknown {
  const kept = output === undefined ? undefined : serialize(output, { classes: "as JSON" });
  return kept && "json" in kept ? kept.json : undefined;
}

/** The thread is let go, unless it is somebody else's by now. */
async function giveUp({ kernel }: GatingInternals, invocation: Acquired["invocation"], error: unknown, again: boolean): Promise<void> {
  if (isCountersignError(error, "LEASE_LOST")) return;
  const text = messageOf(error);
  // The error that is already on its way tells more than a store that can't be written to: then the lease just lapses.
  await release(kernel, invocation, { type: "failed", error: text, again, counts: isOfTheRun(error) }).catch(() => {});
}

/** What a thread that has ended answers, however often it is resumed. @throws THREAD_CLOSED if it is purged who stopped it */
export async function replayed<Output, Messages>(
  kernel: Kernel,
  spec: Spec<Output, Messages>,
  thread: ThreadRecord,
): Promise<RunOutcome<Output, Messages>> {
  if (!thread.outcome) {
    const stopper = await stopperOf(kernel, thread.id);
    const isGone = !stopper && (await kernel.ledger.ofThread(thread.id)).some(({ state }) => state === "purged");
    if (isGone) throw new CountersignError("THREAD_CLOSED", { threadId: thread.id });
    return { status: "stopped", ...(stopper ?? BY_ITSELF) };
  }
  const { text, output, usage, lastAgent } = thread.outcome;
  const saved = await savedIn(thread);
  return {
    status: "completed",
    output: spec.restoreOutput ? await spec.restoreOutput(thread.id, saved) : (deserialize(output) as Output),
    text,
    messages: (await spec.messages?.(thread.id, saved)) as Messages,
    usage,
    lastAgent,
    replayed: true,
  };
}

/** A thread that rests until these are decided. */
export function suspendedWith(pending: readonly RequestRecord[]): RunOutcome<never, never> {
  return { status: "suspended", pending: pending.map(toRequest) };
}

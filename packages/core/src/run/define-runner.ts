import { serialize } from "../canonical/serialize.ts";
import type { GateIn, ThreadInfo } from "../contract/gate.ts";
import type { Offer } from "../contract/inspection.ts";
import type { RunOutcome, StreamedRun } from "../contract/outcome.ts";
import type { AgentRunner, Advance, RunFrom, RunnerSpec } from "../contract/runner.ts";
import type { Thread } from "../contract/thread.ts";
import { reviewInProcess } from "../decide/review.ts";
import { CountersignError } from "../errors/error.ts";
import { shown } from "../errors/shown.ts";
import { gatingInternalsOf } from "../kernel.ts";
import { refuseOtherFramework, savedIn } from "../suspend/continuation.ts";
import { acquireForResume, acquireForStart, type Acquired, type Found, type Resumable } from "./acquire.ts";
import { drive, replayed, suspendedWith } from "./drive.ts";
import { contextOf, principalOf, refuseNoInput, refuseUnusableId, refuseUnusableOptions } from "./input.ts";
import { meeting } from "./met.ts";
import { idleRules, misspellings } from "./rule-names.ts";
import { takeOver, type WorkersClaim } from "./take-over.ts";
import { inspect, inspectAtOnce } from "./ungated.ts";
import { runnerName } from "./whole-runner.ts";

type Options<Native> = Native &
  ThreadInfo & { signal?: AbortSignal | undefined; pending?: "refuse" | "cancel" | undefined; context?: unknown };

/** What a worker calls for a thread as it is after its claim. Undefined: somebody else has it. */
export type Wake = (found: Found, claim: WorkersClaim) => Promise<RunOutcome<unknown> | undefined>;
const WAKE = Symbol.for("countersign.wake");

/** @throws SETUP for a runner that defineRunner didn't make */
export function wakeOf(runner: AgentRunner): Wake {
  const wake = (runner as { [WAKE]?: Wake })[WAKE];
  if (!wake)
    throw new CountersignError("SETUP", {
      hint: `Expected a runner, got ${shown(runner)}. Pass what the createRunner of an adapter returns.`,
    });
  return wake;
}

const INSPECT = Symbol.for("countersign.inspect");

/**
 * Has this runner tools that nobody has gated? The same look as before each run. Answers the rules of its policy that stand
 * for none of its tools.
 * @throws SETUP naming the tools
 */
export async function inspectTools(runner: AgentRunner): Promise<readonly string[]> {
  return (await (runner as { [INSPECT]?: () => Promise<readonly string[]> })[INSPECT]?.()) ?? [];
}

/**
 * A runner for a framework: lease, fence, continuation, context, outcome, in-process review, release and worker are done
 * here once. An adapter only says how to go on.
 * @throws SETUP if the gate has no policy, for a name that isn't one, and for tools that can be seen and that the gate doesn't guard
 */
export function defineRunner<Input, Output, Stream = never, C = unknown, Native = {}, Messages = unknown>(
  gate: GateIn<C>,
  spec: RunnerSpec<Input, Output, Stream, Native, Messages>,
): AgentRunner<Input, Output, Stream, C, Native, Messages> {
  const internals = gatingInternalsOf(gate);
  const { kernel } = internals;
  const { keepsConversation = false } = spec;
  const identity = { agent: runnerName(spec.name), framework: spec.framework };
  const subject = spec.tools && { ...spec.tools, runner: spec.name, gate };
  const tellMisspelt = misspellings(kernel, `Runner ${spec.name}: `);
  tellMisspelt((subject && inspectAtOnce(subject)) ?? []);
  const looked = async (): Promise<readonly Offer[]> => {
    const offers = subject ? await inspect(subject) : [];
    tellMisspelt(offers);
    return offers;
  };
  const rulesWithoutTools = async (): Promise<readonly string[]> => {
    const names = (await looked()).flatMap(({ tools }) => tools.map(({ name }) => name));
    return subject ? idleRules(kernel.policy, names) : [];
  };

  const nativeOf = (given: Options<Native> | undefined): Native => ownOptions(spec, given);
  const beforeRun = (threadId: string, given: Options<Native> | undefined): void => {
    refuseUnusableOptions(given);
    const native = nativeOf(given);
    given?.signal?.throwIfAborted();
    spec.beforeRun?.(threadId, native);
  };
  const keptOf = async (threadId: string, input: Input): Promise<unknown> => {
    const kept = keepsConversation ? await spec.keepInput?.(threadId, input) : input;
    const written = serialize(kept);
    return kept !== undefined && "json" in written ? written.json : undefined;
  };

  const acquireStart = async (threadId: string, input: Input, given: Options<Native> | undefined): Promise<Acquired> => {
    beforeRun(threadId, given);
    const requestedBy = principalOf(given?.requestedBy);
    const context = contextOf(kernel.policy.compiled.context, given?.context);
    const kept = await keptOf(threadId, input);
    return acquireForStart(kernel, { threadId, ...identity, requestedBy, context, input: kept, pending: given?.pending ?? "refuse" });
  };
  const go = (acquired: Acquired, input: Input | undefined, given: Options<Native> | undefined): Promise<RunOutcome<Output, Messages>> =>
    drive(internals, acquired, input, given?.signal, {
      spec,
      async advance(thread, from: RunFrom<Input>, signal) {
        // A worker is handed threads by the name of their agent.
        refuseOtherFramework(acquired.thread.framework, spec.framework);
        await looked();
        return spec.advance(thread, from, { ...nativeOf(given), signal });
      },
    });

  const goStreaming = (
    acquired: Acquired,
    input: Input | undefined,
    given: Options<Native> | undefined,
  ): Promise<StreamedRun<Stream, Output, Messages>> => {
    return new Promise((resolve, reject) => {
      let streaming = false;
      /** Only the first step streams: what an in-process reviewer sets going afterwards ends in the outcome. */
      const advance = async (thread: Thread, from: RunFrom<Input>, signal: AbortSignal): Promise<Advance<Output, Messages>> => {
        const options = { ...nativeOf(given), signal };
        await looked();
        if (streaming || !spec.advanceStream) return spec.advance(thread, from, options);
        const { stream, done } = await spec.advanceStream(thread, from, options);
        streaming = true;
        resolve({ stream, outcome });
        return done;
      };
      const outcome = meeting(() => drive(internals, acquired, input, given?.signal, { advance, spec }));
      outcome.catch(reject);
    });
  };
  const standstill = (outcome: RunOutcome<Output, Messages>): StreamedRun<Stream, Output, Messages> => ({
    stream: spec.emptyStream ? spec.emptyStream() : (nothing() as Stream),
    outcome: Promise.resolve(outcome),
  });

  const runner: AgentRunner<Input, Output, Stream, C, Native, Messages> = {
    name: spec.name,
    gate,
    forgetsWithProcess: spec.forgetsWithProcess ?? false,
    start: (threadId, input, ...[given]) =>
      meeting(async () => {
        refuseUnusableId(threadId);
        refuseNoInput(input);
        return go(await acquireStart(threadId, input, given), input, given);
      }),
    resume: (threadId, given) =>
      meeting(async () => {
        const found = await find(threadId, given);
        return found.type === "acquired" ? go(found, undefined, given) : found.outcome;
      }),
    stream: (threadId, input, ...[given]) =>
      meeting(async () => {
        refuseUnusableId(threadId);
        refuseNoInput(input);
        refuseUnstreamable(spec);
        return goStreaming(await acquireStart(threadId, input, given), input, given);
      }),
    resumeStream: (threadId, given) =>
      meeting(async () => {
        refuseUnstreamable(spec);
        const found = await find(threadId, given);
        return found.type === "acquired" ? goStreaming(found, undefined, given) : standstill(found.outcome);
      }),
    async messages(threadId) {
      refuseUnusableId(threadId);
      const thread = await kernel.ledger.thread(threadId);
      const isRun = thread !== undefined && thread.framework !== "none";
      if (isRun) refuseOtherFramework(thread.framework, spec.framework);
      return (await spec.messages?.(threadId, await savedIn(isRun ? thread : undefined))) as Messages;
    },
  };

  async function find(
    threadId: string,
    given: Options<Native> | undefined,
  ): Promise<({ readonly type: "acquired" } & Acquired) | { readonly type: "rests"; readonly outcome: RunOutcome<Output, Messages> }> {
    refuseUnusableId(threadId);
    beforeRun(threadId, given);
    const found = await reviewedFirst(await acquireForResume(kernel, threadId, identity), threadId);
    switch (found.type) {
      case "acquired":
        return found;
      case "closed":
        return { type: "rests", outcome: await replayed(kernel, spec, found.thread) };
      case "suspended":
        return { type: "rests", outcome: suspendedWith(found.pending) };
      case "running":
        return { type: "rests", outcome: { status: "running" } };
    }
  }

  /** What still waits is shown to the reviewer of this process, also when another process asked it. */
  async function reviewedFirst(found: Resumable, threadId: string): Promise<Resumable> {
    if (found.type !== "suspended" || !internals.reviewer) return found;
    const waits = await reviewInProcess(kernel, internals.reviewer, found.pending.map(({ id }) => id)); // prettier-ignore
    return waits ? found : acquireForResume(kernel, threadId, identity);
  }

  const wake: Wake = async (found, claim) => {
    const acquired = await takeOver(kernel, found, claim);
    return acquired && go(acquired, undefined, undefined);
  };
  return { ...runner, ...{ [WAKE]: wake, [INSPECT]: rulesWithoutTools } };
}

/**
 * What is left when Countersign's own options are taken out is the framework's.
 * @throws SETUP for one that a later resume could not have
 */
function ownOptions<Native>(
  { name, perCall }: Pick<RunnerSpec<never, never, never, Native>, "name" | "perCall">,
  given: Options<Native> | undefined,
): Native {
  const { signal, pending, requestedBy, context, ...native } = given ?? ({} as Options<Native>);
  const unknown = perCall && Object.keys(native).find((key) => !perCall.includes(key));
  if (unknown === undefined) return native as unknown as Native;
  const hint =
    `Runner ${name} takes no option ${unknown} for one call: a worker that wakes the thread later would not have it. ` +
    "Make what each run needs from the thread: createRunner(…, { context: (thread) => … }).";
  throw new CountersignError("SETUP", { hint });
}

function refuseUnstreamable(spec: { readonly name: string; readonly advanceStream?: unknown }): void {
  if (!spec.advanceStream)
    throw new CountersignError("SETUP", { hint: `Runner ${spec.name} can't stream. Use runner.start and runner.resume.` });
}

async function* nothing(): AsyncGenerator<never> {}

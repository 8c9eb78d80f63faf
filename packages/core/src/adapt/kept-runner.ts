import type { GateIn } from "../contract/gate.ts";
import type { AgentRunner, Advance, RunFrom, RunnerSpec } from "../contract/runner.ts";
import type { Thread } from "../contract/thread.ts";
import { CountersignError } from "../errors/error.ts";
import { defineRunner } from "../run/define-runner.ts";

/** What the framework shall be run on next, or how far it came. */
export type Next<Request, Output, Messages = unknown> = { readonly request: Request } | { readonly advance: Advance<Output, Messages> };

/**
 * A framework whose conversation is kept with the thread, in four steps: open a run, enter it, run the framework, leave.
 * What `leave` answers is gone on with until the framework rests.
 */
export interface KeptRunnerSpec<Input, Output, Stream, Native, Run, Request, Result, Messages> extends Omit<
  RunnerSpec<Input, Output, Stream, Native, Messages>,
  "advance" | "advanceStream" | "emptyStream" | "keepsConversation" | "forgetsWithProcess"
> {
  /** One invocation of the framework, with what it is given anew each time. */
  open(thread: Thread, options: Native & { readonly signal: AbortSignal }): Run | Promise<Run>;
  /** Where the run begins or goes on. Undefined: nothing is saved that it could go on from. */
  enter(run: Run, from: RunFrom<Input>): Promise<Next<Request, Output, Messages> | undefined>;
  /** Runs the framework until it rests. */
  run(run: Run, request: Request): Promise<Result>;
  /** Left out: it can't stream. */
  readonly streaming?: {
    /** As `run`, with a stream beside it. `done` is what `run` would have answered. */
    run(run: Run, request: Request): Promise<{ readonly stream: Stream; readonly done: Promise<Result> }>;
    /** One that has nothing to say, because the framework wasn't run. */
    empty(): Stream;
  };
  /** What the framework made of it. Undefined: as for `enter`. */
  leave(run: Run, result: Result, request: Request): Promise<Next<Request, Output, Messages> | undefined>;
}

/**
 * A runner for a framework that is run again and again on what is saved, as most are: a model request, calls, the next one.
 * @example defineKeptRunner(gate, { name, framework, open, enter, run, leave })
 * @throws as `defineRunner`; from `resume`, SETUP if nothing is saved of the thread's run
 */
export function defineKeptRunner<Input, Output, Stream, C, Native, Run, Request, Result, Messages = unknown>(
  gate: GateIn<C>,
  spec: KeptRunnerSpec<Input, Output, Stream, Native, Run, Request, Result, Messages>,
): AgentRunner<Input, Output, Stream, C, Native, Messages> {
  const { streaming } = spec;

  const known = (next: Next<Request, Output, Messages> | undefined): Next<Request, Output, Messages> => {
    if (next) return next;
    const hint = `The ${spec.framework} runner ${spec.name} can't go on with this thread: nothing is saved of its run. Somebody began it without a runner and keeps its conversation. Go on there, or start the thread here with a new input.`;
    throw new CountersignError("SETUP", { hint });
  };

  async function untilItRests(opened: Run, first: Next<Request, Output, Messages>): Promise<Advance<Output, Messages>> {
    for (let next = first; ;) {
      if ("advance" in next) return next.advance;
      next = known(await spec.leave(opened, await spec.run(opened, next.request), next.request));
    }
  }

  return defineRunner<Input, Output, Stream, C, Native, Messages>(gate, {
    ...spec,

    async advance(thread, from, options) {
      const opened = await spec.open(thread, options);
      return untilItRests(opened, known(await spec.enter(opened, from)));
    },

    ...(streaming && {
      emptyStream: () => streaming.empty(),
      async advanceStream(thread, from, options) {
        const opened = await spec.open(thread, options);
        const next = known(await spec.enter(opened, from));
        if ("advance" in next) return { stream: streaming.empty(), done: Promise.resolve(next.advance) };
        const { stream, done: made } = await streaming.run(opened, next.request);
        const done = made.then(async (result) => untilItRests(opened, known(await spec.leave(opened, result, next.request))));
        return { stream, done };
      },
    }),
  });
}

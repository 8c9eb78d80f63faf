import { isDeepStrictEqual } from "node:util";
import { CountersignError, type Gate } from "@countersign/core";
import type { Preview, ProposedCall } from "@countersign/core/adapter";
import type { ToolCall } from "@langchain/core/messages/tool";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { ClientTool } from "@langchain/core/tools";
import { isRoot, type Surroundings } from "../checkpoints/surroundings.ts";
import { argsOfInput, gatedTool, inputOf, invokerOf, isToolCall, ungatedTool } from "../gated.ts";
import { guard, type Guarded } from "../guard.ts";
import { arrived, mustLeaveWith } from "../pauses/leaving.ts";
import { pauseOf } from "../pauses/pause.ts";
import { pausePayload } from "../pauses/payload.ts";
import { withHandler } from "../per-run.ts";
import type { Run } from "../run.ts";
import { parserOf } from "../schema.ts";
import { endRun } from "../stop.ts";
import { telling } from "../telling.ts";
import { timed } from "../timeout.ts";
import { asToolOutput } from "../told.ts";

/** A call on its way to its tool. */
export interface Passing {
  readonly gate: Gate;
  readonly run: Run;
  readonly surroundings: Surroundings;
  /** With the name of the tool that would run. */
  readonly toolCall: ToolCall;
  readonly call: ProposedCall;
  /** Can nothing be recorded of its turn yet? */
  readonly isFresh: () => boolean;
}

/** The arguments that may run, and whether somebody signed them. */
export type Admission = Extract<Preview, { status: "runs" }>;

/** What came of the call in its tool, whatever others make of that. */
export interface Arrival {
  /** The tool was called. */
  reached: boolean;
  failed: boolean;
  /** For the model: a person changed the arguments. */
  notice: string | undefined;
}

/**
 * The tool of a call, with the gate around its own function and within everything else: each time that it is called, the
 * gate is asked about what it is called with. If the call was signed, it runs once, and then its recorded result comes back.
 */
export function innerTool(passing: Passing, tool: ClientTool, admission: Admission, arrival: Arrival): ClientTool {
  const { gate, run, surroundings, toolCall } = passing;
  const bare = ungatedTool(gate, tool);
  const invoke = invokerOf(telling(bare));

  return gatedTool(gate, bare, async (input: unknown, config?: RunnableConfig): Promise<unknown> => {
    arrival.reached = true;
    const args = isToolCall(input) ? input.args : argsOfInput(input);
    // The call keeps its id, and the tool its name.
    const { id, name } = toolCall;
    const { signal, within } = timed(bare, config, surroundings.config);
    const guarded = await admitted(passing, admission, { args, signal, parse: parserOf(bare) }, (signed) =>
      within(() => invoke(isToolCall(input) ? { ...input, id, name, args: signed } : inputOf(signed, input), heard(passing, config))),
    );
    arrival.failed = guarded.status === "failed";
    arrival.notice = guarded.status === "ran" ? guarded.notice : undefined;
    switch (guarded.status) {
      case "ran":
        return isToolCall(input) ? asToolOutput(guarded.output, toolCall) : guarded.output;
      case "refused":
        if (guarded.then === "stop") endRun(run, surroundings);
        return guarded.message;
      case "failed":
        throw guarded.error;
    }
  });
}

/** A tool may ask models itself. What its own agents ask is heard with it. */
function heard({ run: { inTools }, surroundings }: Passing, config: RunnableConfig = {}): RunnableConfig {
  return inTools && isRoot(surroundings) ? { ...config, callbacks: withHandler(config, inTools) } : config;
}

/** Whatever is thrown here must leave the graph. */
async function admitted(
  passing: Passing,
  admission: Admission,
  { args, ...timed }: { readonly args: ToolCall["args"] } & Pick<Parameters<typeof guard>[1], "signal" | "parse">,
  effect: (args: ToolCall["args"]) => unknown,
): Promise<Exclude<Guarded, { status: "pending" }>> {
  const { run, surroundings, call, toolCall, isFresh } = passing;
  try {
    const arriving = arrivingCall(passing, admission, args);
    const guarded = await guard(run, { call: arriving, fresh: isFresh(), from: toolCall, ...timed }, effect);
    if (guarded.status === "pending") {
      run.suspended.push(arriving);
      throw pauseOf(pausePayload(run.thread.id, [{ call: arriving, request: guarded.request }]));
    }
    arrived(run, call);
    return guarded;
  } catch (error) {
    mustLeaveWith(error, run, surroundings, call);
    throw error;
  }
}

/**
 * The call with the arguments that arrived. Here nobody can be asked about others any more: the pause would be that of a call
 * that the model never made.
 * @throws NOT_APPROVED for arguments that nobody has signed and that the policy alone doesn't decide
 */
function arrivingCall({ run, call }: Passing, { args: expected, recorded }: Admission, args: ToolCall["args"]): ProposedCall {
  if (isDeepStrictEqual(args, expected)) return call;
  const changed = { ...call, args };
  if (!recorded && run.thread.decidedByPolicy(changed)) return changed;
  throw new CountersignError("NOT_APPROVED", { request: undefined }, { note: CHANGED });
}

const CHANGED =
  "A middleware that is listed after approvalMiddleware changed its arguments. List that middleware before approvalMiddleware: then people are asked about the changed call.";

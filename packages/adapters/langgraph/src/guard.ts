import { isCountersignError, type ApprovalRequest, type JsonObject } from "@countersign/core";
import type { ParseArgs, ProposedCall } from "@countersign/core/adapter";
import type { ToolMessage } from "@langchain/core/messages";
import { ToolInputParsingException } from "@langchain/core/tools";
import type { ToolCall } from "@langchain/core/messages/tool";
import { isGraphBubbleUp, isGraphInterrupt, ParentCommand } from "@langchain/langgraph";
import { decode, encode } from "./checkpoints/receipt.ts";
import { carriesError } from "./pauses/payload.ts";
import type { Run } from "./run.ts";
import { refusalMessage } from "./told.ts";

/** What came of a guarded call. */
export type Guarded =
  /** `notice`, for the model: a person changed the arguments. */
  | { readonly status: "ran"; readonly output: unknown; readonly notice: string | undefined }
  | { readonly status: "refused"; readonly message: ToolMessage; readonly then: "continue" | "revise" | "stop" }
  | { readonly status: "pending"; readonly request: ApprovalRequest }
  /** The tool itself failed, now or when it ran. */
  | { readonly status: "failed"; readonly error: unknown };

interface Proposed {
  readonly call: ProposedCall;
  readonly fresh: boolean;
  readonly from: ToolCall;
  /** Calls the tool off. */
  readonly signal?: AbortSignal | undefined;
  /** As the tool reads its arguments. */
  readonly parse: ParseArgs | undefined;
}

/**
 * The way into every effect. `effect` gets the arguments that were signed.
 * @throws what pauses the graph, or leads to its parent; what must leave it; NOT_APPROVED and the like
 */
export async function guard({ thread }: Run, proposed: Proposed, effect: (args: ToolCall["args"]) => unknown): Promise<Guarded> {
  const { call, fresh, from, signal, parse } = proposed;
  const restored = (json: unknown): unknown => decode(json, from.id);
  const execution = await thread.execute(call, (args) => ran(effect, args), {
    fresh,
    encode,
    decode: restored,
    paused: parks,
    signal,
    parse,
  });
  switch (execution.status) {
    case "pending":
      return execution;
    case "refused":
      return { status: "refused", message: refusalMessage(from, execution.message), then: execution.then };
    case "failed":
      if (execution.error instanceof ToolInputParsingException) thread.unreadable(call, UNFIT);
      return failure(execution.error);
    case "ran":
      if (execution.result instanceof ParentCommand) throw execution.result;
      return { status: "ran", output: execution.result, notice: execution.notice };
  }
}

const UNFIT = [{ path: [], message: "the arguments don't fit the tool's schema" }];

/** A graph inside the tool that goes on to its parent is what the tool came to. */
async function ran(effect: (args: ToolCall["args"]) => unknown, args: JsonObject): Promise<unknown> {
  try {
    return await effect({ ...args });
  } catch (error) {
    if (error instanceof ParentCommand) return error;
    throw error;
  }
}

/** @throws what leads to the parent graph, carries an error out of the graph, or says that a record is gone */
function failure(error: unknown): Guarded {
  if (isPause(error) || isCountersignError(error, "PURGED")) throw error;
  return { status: "failed", error };
}

/** LangGraph's own pause inside a tool's body, or its way to its parent graph: no failure. */
export function isPause(error: unknown): boolean {
  return error instanceof Error && isGraphBubbleUp(error);
}

/** Does the tool go on later? Not if what pauses the graph is an error that could get out in no other way. */
function parks(error: unknown): boolean {
  return isPause(error) && !(isGraphInterrupt(error) && error.interrupts.some(({ value }) => carriesError(value)));
}

import type { ToolCall } from "@langchain/core/messages/tool";
import { ToolInvocationError } from "langchain";

/**
 * A tool's own failure, so that the agent treats it as it would without this middleware: the model is told. An agent with
 * any wrapToolCall middleware lets all other errors end the run, and a recorded failure would then end it for ever.
 * The error keeps its class, because a retry middleware further out may choose by it.
 */
export function toolFailure(error: unknown, call: ToolCall): Error {
  if (error instanceof Error && Object.isExtensible(error)) {
    Object.defineProperty(error, "~brand", { value: "ToolInvocationError", configurable: true });
    if (ToolInvocationError.isInstance(error)) return error;
  }
  return new ToolInvocationError(error, call);
}

import type { ToolMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import type { Run } from "../run.ts";
import { refusalMessage } from "../told.ts";
import { proposedCall, type Turn } from "../turn.ts";

/**
 * The open calls of a turn without those of tools that the agent doesn't have: nobody is asked about such a call. What is
 * recorded of one was asked when there was such a tool, and still waits.
 */
export function realCalls(run: Run, { message, turnId, open }: Turn): readonly ToolCall[] | Promise<readonly ToolCall[]> {
  const fresh = run.produced.get(message);
  if (fresh) return open.filter(({ name }) => fresh.has(name));
  const offered = run.offered?.();
  return offered && open.some(({ name }) => !offered.has(name)) ? recordedOr(run, turnId, open, offered) : open;
}

async function recordedOr(run: Run, turnId: string, open: readonly ToolCall[], offered: ReadonlySet<string>): Promise<readonly ToolCall[]> {
  const recorded = await Promise.all(open.map((call) => run.thread.recorded(proposedCall(turnId, call))));
  return open.filter(({ name }, index) => offered.has(name) || recorded[index] !== undefined);
}

/** For the model, and for whoever reads its transcript. */
export function noSuchTool(call: ToolCall): ToolMessage {
  return refusalMessage(
    call,
    `${call.name} is not a valid tool. A middleware that supplies tools has to be listed before approvalMiddleware.`,
  );
}

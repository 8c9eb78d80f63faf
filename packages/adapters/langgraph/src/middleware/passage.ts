import { CountersignError, isCountersignError } from "@countersign/core";
import { ToolMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import type { ClientTool, ServerTool } from "@langchain/core/tools";
import type { Command } from "@langchain/langgraph";
import { missingTool } from "../checkpoints/missing-tools.ts";
import { isClientTool } from "../gated.ts";
import { isPause } from "../guard.ts";
import { arrived, mustLeaveWith, refuseSwallowedOf } from "../pauses/leaving.ts";
import { endRun } from "../stop.ts";
import { refusalMessage, withNotice } from "../told.ts";
import { toolFailure } from "./failure.ts";
import { innerTool, type Admission, type Arrival, type Passing } from "./inner-tool.ts";

/** What LangChain hands to a middleware, as far as it matters here. */
interface Request {
  readonly toolCall: ToolCall;
  readonly tool: ClientTool | ServerTool | undefined;
}
type Output = ToolMessage | Command;
type Handler<R> = (request: R) => Output | Promise<Output>;

/**
 * Passes a call on to the middlewares that are listed after the gate's. They may change it, pass it on twice or never: what
 * they are given is a tool that asks the gate itself. A call that waits or is refused never gets to them.
 * @param refuseUnsigned throws the pause of a call that misses a signature
 * @throws that pause, and whatever else must leave the graph, also if one of them swallowed it; NOT_APPROVED for arguments that
 * one of them changed; SETUP if one of them answered a signed call without its tool
 */
export async function passOn<R extends Request>(
  passing: Passing,
  refuseUnsigned: () => Promise<void>,
  request: R,
  handler: Handler<R>,
): Promise<Output> {
  const { run, surroundings, call, toolCall } = passing;
  const arrival: Arrival = { reached: false, failed: false, notice: undefined };
  try {
    await refuseUnsigned();
    const preview = await run.thread.preview(call, { fresh: passing.isFresh() });
    if (preview.status === "refused") {
      arrived(run, call);
      if (preview.then === "stop") endRun(run, surroundings);
      return refusalMessage(toolCall, preview.message);
    }
    const output = await throughOthers(passing, preview, arrival, request, handler);
    refuseSwallowedOf(run, call);
    if (preview.recorded && !arrival.reached && !isRefusal(output)) await refuseAnswerOfOthers(passing);
    return withNotice(output, arrival.notice, toolCall.id) as Output;
  } catch (error) {
    if (isPause(error) || (isCountersignError(error) && !arrival.failed)) mustLeaveWith(error, run, surroundings, call);
    refuseSwallowedOf(run, call);
    throw arrival.failed ? toolFailure(error, toolCall) : error;
  }
}

async function throughOthers<R extends Request>(
  passing: Passing,
  admission: Admission,
  arrival: Arrival,
  request: R,
  handler: Handler<R>,
): Promise<Output> {
  const tool = request.tool && isClientTool(request.tool) ? request.tool : undefined;
  if (tool) {
    // What they do to their copy of the arguments doesn't reach the one that they are compared with.
    const toolCall = { ...request.toolCall, args: structuredClone(admission.args) };
    return handler({ ...request, toolCall, tool: innerTool(passing, tool, admission, arrival) });
  }
  // A tool that one of them supplies by itself can't be held to a signature.
  if (!admission.recorded) return handler(request);
  const { run, call, toolCall } = passing;
  if ((await run.thread.recorded(call))?.execution === "none") throw missingTool(call);
  // It ran when there was such a tool: what came of it is on record.
  const gone = { name: toolCall.name, invoke: () => Promise.reject(missingTool(call)) } as unknown as ClientTool;
  return (await innerTool(passing, gone, admission, arrival).invoke({ ...toolCall, args: admission.args, type: "tool_call" })) as Output;
}

/** A check of the application's own may still keep a signed call from its tool: it tells the model why. */
function isRefusal(output: Output): boolean {
  return ToolMessage.isInstance(output) && output.status === "error";
}

/**
 * A signed call has an answer, and its tool was never called. Nobody here can know what was done in its place, so that a person
 * has to find out: until then the call isn't tried again.
 */
async function refuseAnswerOfOthers({ run, call, toolCall }: Passing): Promise<never> {
  const lost = new CountersignError("SETUP", {
    hint:
      `The call ${toolCall.name} was signed, and a middleware that is listed after approvalMiddleware answered it without the tool ` +
      "that it was given: by itself, or with another tool. List that middleware before approvalMiddleware.",
  });
  await run.thread
    .execute(call, (_args, { request }) => {
      throw request ? new CountersignError("EXECUTION_UNKNOWN", { request }) : lost;
    })
    .catch(() => {});
  throw lost;
}

/** `@countersign/langgraph`: the gate for LangGraph and LangChain agents. @module */
export { argsOf } from "./args-of.ts";
export { createRunner } from "./create-runner.ts";
export { gateTools } from "./gate-tools.ts";
export { approvalMiddleware } from "./middleware.ts";
export { decideNative } from "./native.ts";
export type { PausedAction, PausePayload } from "./pauses/payload.ts";
export { requestApproval } from "./request-approval.ts";
export type { Who } from "./run.ts";

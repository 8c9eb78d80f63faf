/** `@countersign/langgraph`: the gate for LangGraph and LangChain agents. @module */
export { argsOf } from "./args-of.ts";
export { approvalMiddleware } from "./gate.ts";
export { decideNative } from "./native.ts";
export type { PausedAction, PausePayload } from "./payload.ts";
export { requestApproval } from "./request-approval.ts";
export { createRunner } from "./resume.ts";
export { gateTools } from "./tools.ts";
export type { Who } from "./who.ts";

/** `@countersign/ai-sdk`: the gate for the Vercel AI SDK, version 7 and version 6. @module */
export { applyDecisions } from "./apply-decisions.ts";
export { argsOf } from "./args-of.ts";
export type { ApprovalData, ApprovalErrorData, ChatMessage } from "./chat/chat-message.ts";
export type { ChatRunner } from "./chat/chat-runner.ts";
export type { ResponseOptions } from "./chat/options.ts";
export { createRunner } from "./create-runner.ts";
export { gateTools } from "./gate-tools.ts";
export { decideNative } from "./native.ts";

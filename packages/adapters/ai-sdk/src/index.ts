/** `@countersign/ai-sdk`: the gate for the Vercel AI SDK, version 7 and version 6. @module */
export { applyDecisions } from "./apply-decisions.ts";
export { argsOf } from "./args-of.ts";
export type { ChatRunner } from "./chat/chat-runner.ts";
export { createRunner } from "./create-runner.ts";
export { gateTools } from "./gate-tools.ts";
export { decideNative } from "./native.ts";

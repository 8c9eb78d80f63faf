/** `@countersign/ai-sdk`: the gate for the Vercel AI SDK, version 7 and version 6. @module */
export { applyDecisions } from "./apply-decisions.ts";
export { argsOf } from "./args-of.ts";
export { createRunner, type ChatRunner } from "./chat/create-runner.ts";
export { gateTools } from "./gate.ts";
export { decideNative } from "./native.ts";

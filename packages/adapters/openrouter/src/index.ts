/** `@countersign/openrouter`: the gate for the OpenRouter agent SDK. @module */
export { argsOf } from "./args-of.ts";
export { createRunner } from "./create-runner.ts";
export { gateCall } from "./gate-call.ts";
export { gateTools } from "./gate-tools.ts";
export { decideNative } from "./native.ts";

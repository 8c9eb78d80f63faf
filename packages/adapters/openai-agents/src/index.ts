/** `@countersign/openai-agents`: Countersign for the OpenAI Agents SDK. @module */
export { applyDecisions } from "./apply-decisions.ts";
export { argsOf } from "./args-of.ts";
export { createRunner } from "./create-runner.ts";
export { gateMcpServers, gateTools } from "./gate-tools.ts";
export { decideNative } from "./native.ts";

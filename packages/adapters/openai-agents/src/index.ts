/** `@countersign/openai-agents`: Countersign for the OpenAI Agents SDK. @module */
export { applyDecisions } from "./apply-decisions.ts";
export { argsOf } from "./args-of.ts";
export { gateMcpServers, gateTools } from "./gate.ts";
export { decideNative } from "./native.ts";
export { createRunner } from "./resume.ts";

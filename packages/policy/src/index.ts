/** `@countersign/policy`: approval policies in files. @module */
export { coverage } from "./coverage.ts";
export { explain, type ExplainedCall, type ExplainedCondition, type Explanation } from "./explain.ts";
export { policySchema } from "./file/json-schema.ts";
export type { ToolSchemas } from "./file/scope.ts";
export { lint } from "./lint.ts";
export { loadPolicy, type FilePolicy, type PolicyOptions } from "./load-policy.ts";
export { policyFile, type PolicyFileOptions, type WatchedPolicy } from "./policy-file.ts";
export type { Problem } from "./problem.ts";
export { sampler, type SampledCall, type Sampler, type SamplerOptions } from "./sampler.ts";
export { shadow, type ShadowOptions, type ShadowReport } from "./shadow.ts";
export { simulate, type Counted, type Expectation, type SimulatedCall, type Simulation, type Simulator, type Told } from "./simulate.ts";
export { testPolicy, type CaseResult, type PolicyTestResult } from "./test-policy.ts";

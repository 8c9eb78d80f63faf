/** `@countersign/core/policy`: for whoever makes policies out of something else than code. @module */
export { DEFAULTS } from "./contract/defaults.ts";
export { masked, redactSchema } from "./contract/mask.ts";
export { durationMs, lateNotices, termsSchema } from "./contract/terms.ts";
export { judge, rulesFor, type CheckedCall, type Judgement } from "./gate/check.ts";
export type { CompiledPolicy, CompiledRule } from "./gate/compile.ts";
export { ruleName, type RuleName } from "./gate/names.ts";
export { policyInternals, policyOf, type PolicyInternals } from "./gate/policy.ts";
export { isStandardSchema, jsonSchemaOf } from "./gate/schema.ts";

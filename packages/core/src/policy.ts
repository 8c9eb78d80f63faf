/** `@countersign/core/policy`: for whoever makes policies out of something else than code. @module */
export { DEFAULTS } from "./contract/defaults.ts";
export { masked, redactSchema } from "./contract/mask.ts";
export { durationMs, lateNotices, termsSchema } from "./contract/terms.ts";
export { judge, rulesFor, type CheckedCall, type Judgement } from "./policy/check.ts";
export type { CompiledPolicy, CompiledRule } from "./policy/compile.ts";
export { didYouMean } from "./policy/did-you-mean.ts";
export { addressed, ruleName, type RuleName } from "./policy/names.ts";
export { policyInternals, policyOf, type PolicyInternals } from "./policy/policy.ts";
export { isStandardSchema, jsonSchemaOf } from "./policy/schema.ts";

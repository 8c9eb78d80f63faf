/** `@countersign/core/policy`: for whoever makes policies out of something else than code. @module */
export { DEFAULTS } from "./contract/defaults.ts";
export { masked, redactSchema } from "./contract/mask.ts";
export { durationMs, lateNotices, termsSchema, timerMs } from "./contract/terms.ts";
export { demand, demandOptions } from "./errors/demand.ts";
export { didYouMean } from "./errors/did-you-mean.ts";
export { judge, type Judgement } from "./policy/check.ts";
export type { CheckedCall } from "./policy/checked-call.ts";
export type { CompiledPolicy, CompiledRail, CompiledRule, CompiledTier, Layer } from "./policy/compiled.ts";
export { rulesFor } from "./policy/find.ts";
export { shownArgs } from "./policy/look.ts";
export { addressed, ruleName, type RuleName } from "./policy/names.ts";
export { policyInternals, policyOf, type PolicyInternals } from "./policy/policy.ts";
export { isStandardSchema, jsonSchemaOf } from "./policy/schema.ts";

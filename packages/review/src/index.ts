/** `@countersign/review`: what a surface shows a person of a request. Pure functions: no terminal, no DOM, no I/O. @module */
export { differencesOf } from "./differences-of.ts";
export { personText } from "./person-text.ts";
export type { ReviewContext } from "./review-context.ts";
export { reviewOf } from "./review-of.ts";
export type {
  Argument,
  Difference,
  DifferenceLine,
  Moment,
  Outcome,
  Permission,
  Permissions,
  Review,
  Side,
  Signature,
  Summary,
  Warning,
} from "./review.ts";
export { spanText } from "./span-text.ts";
export { summaryOf } from "./summary-of.ts";
export { visible, visibleJson } from "./visible.ts";

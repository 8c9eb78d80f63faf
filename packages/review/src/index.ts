/** `@countersign/review`: what a surface shows a person of a request. Pure functions: no terminal, no DOM, no I/O. @module */
export { differencesOf } from "./differences-of.ts";
export { mayCancel } from "./may-cancel.ts";
export { maySettle } from "./may-settle.ts";
export { pathText } from "./path-text.ts";
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
export { keysOf, knows, shapesAt, shapesOf, type Shapes } from "./schema-shapes.ts";
export { spanText } from "./span-text.ts";
export { summaryOf } from "./summary-of.ts";
export { termsText } from "./terms-text.ts";
export { toolText } from "./tool-text.ts";
export { escapedJson, hasHidden, revealed, visible, visibleJson } from "./visible.ts";

/** `@countersign/review`: what a surface shows a person of a request. Pure functions: no terminal, no DOM, no I/O. @module */
export type {
  Argument,
  Difference,
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
export { visible, visibleJson } from "./visible.ts";

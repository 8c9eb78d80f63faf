/** `@countersign/test-run/vitest`: what vitest.config.ts needs. @module */
export { LongestFirst } from "./longest-first.ts";
export { Progress } from "./progress.ts";

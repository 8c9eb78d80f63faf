/** `@countersign/test-run`: what test files share within one run of vitest. @module */
export { bundleChildren } from "./bundle-children.ts";
export { filesInMemory } from "./files-in-memory.ts";
export { testDatabase } from "./test-database.ts";

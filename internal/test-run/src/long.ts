import { matchesGlob } from "node:path";

/** Files that take ten seconds and more. */
const LONG: readonly string[] = [
  "**/*.extended.test.ts",
  "**/conformance.test.ts",
  "packages/conformance/test/adapter.test.ts",
  "packages/adapters/langgraph/test/across-processes.test.ts",
  "packages/cli/test/{nonsense,operators,stores,terminal}.test.ts",
  "packages/stores/*/test/{sqlite,postgres,unreachable,watch,lost-answer,roles}.test.ts",
  "packages/testing/test/{model/memory,workers/postgres}.test.ts",
  "examples/**/*{demo,browser}.test.ts",
];

/** `file`: relative to the root of the repository. */
export function isLong(file: string): boolean {
  return LONG.some((pattern) => matchesGlob(file, pattern));
}

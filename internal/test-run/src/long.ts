import { matchesGlob } from "node:path";

/** Files that take half a minute and more. */
const LONGEST: readonly string[] = [
  "**/conformance*.test.ts",
  "internal/oldest-node/test/suites.extended.test.ts",
  "packages/conformance/test/adapter.test.ts",
  "packages/stores/postgres/test/{postgres,version-14.extended}.test.ts",
  "internal/core-tests/test/model/*.extended.test.ts",
  "bench/test/rows.extended.test.ts",
  "internal/packed/test/quickstarts.extended.test.ts",
];

/** Files that take ten seconds and more. */
const LONG: readonly string[] = [
  ...LONGEST,
  "**/*.extended.test.ts",
  "packages/adapters/langgraph/test/across-processes.test.ts",
  "packages/terminal/test/reviewer.test.ts",
  "packages/cli/test/{deciding,nonsense,operators,stores,terminal}.test.ts",
  "packages/stores/*/test/{sqlite,unreachable,watch,lost-answer,roles,events}.test.ts",
  "internal/core-tests/test/{model/memory,workers/postgres}.test.ts",
  "examples/**/*{demo,browser,quickstarts}.test.ts",
  "examples/write-an-adapter/adapter.test.ts",
];

/** `file`: relative to the root of the repository. */
export function isLong(file: string): boolean {
  return isAmong(LONG, file);
}

export function isLongest(file: string): boolean {
  return isAmong(LONGEST, file);
}

function isAmong(patterns: readonly string[], file: string): boolean {
  return patterns.some((pattern) => matchesGlob(file, pattern));
}

import { matchesGlob } from "node:path";

/** Files that take half a minute and more. */
const LONGEST: readonly string[] = [
  "**/conformance*.test.ts",
  "internal/oldest-node/test/suites.extended.test.ts",
  "packages/conformance/test/{adapter,store-mutants,adapter-mutants}.extended.test.ts",
  "packages/inbox/test/**/{list-of-many,accessibility-looks}.extended.test.ts",
  "packages/stores/postgres/test/{postgres,version-14.extended}.test.ts",
  "internal/core-tests/test/model/*.extended.test.ts",
  "bench/test/rows.extended.test.ts",
  "internal/packed/test/quickstarts.extended.test.ts",
];

/** Files that take ten seconds and more. */
const LONG: readonly string[] = [
  ...LONGEST,
  "**/*.extended.test.ts",
  "packages/adapters/langgraph/test/{across-processes,early-kill}.test.ts",
  "packages/inbox/test/{accessibility,**/{decisions,list-live,review}}.test.ts",
  "packages/terminal/test/reviewer.test.ts",
  "packages/cli/test/{inbox,operators,operators-ask,serve,stores,trail}.test.ts",
  "packages/stores/*/test/{sqlite,memory,lost-answer}.test.ts",
  "internal/core-tests/test/model/memory.test.ts",
  "examples/**/*{demo,browser,quickstarts}.test.ts",
  "examples/write-{an-adapter,a-store}/*.test.ts",
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

/** `@countersign/conformance`: the promises of adapters and stores, as tests for vitest. Without it: the command line. @module */
export type { Case, CaseResult } from "./contract/case.ts";
export type {
  AdapterHarness,
  Capability,
  NativeHarness,
  OpenAdapter,
  OpenNative,
  Scenario,
  StoreHarness,
  Transcript,
} from "./contract/harness.ts";
export { TOKENS } from "./contract/harness.ts";
export { testAdapter, testNative, testStore, type TestAdapterOptions } from "./vitest.ts";

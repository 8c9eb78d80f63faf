/** `@countersign/testing`: for the tests of your own agents and policies. @module */
export { scriptedReviewer, type Script } from "./scripted-reviewer.ts";
export { testGate, type TestGate, type TestGateOptions } from "./test-gate.ts";

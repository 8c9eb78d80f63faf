/** `@countersign/core/adapter`: for whoever connects a framework. @module */
export { turnIdOf } from "./canonical/digest.ts";
export { firstNonJson } from "./canonical/json.ts";
export { jsonSchemaOf } from "./gate/schema.ts";
export type { ProposedCall } from "./contract/call.ts";
export { amendRun } from "./resume/amend-run.ts";
export { currentThread, type CallOptions, type Thread, type WaitOptions } from "./resume/conversation.ts";
export { defineRunner, inspectTools } from "./resume/define-runner.ts";
export { emitting } from "./resume/emitting.ts";
export { isPassing } from "./errors/passing.ts";
export type { Effect } from "./resume/execute.ts";
export type { EffectOptions, Execution, Preview } from "./resume/execution.ts";
export type { GateIn } from "./resume/gate.ts";
export { BEGUN, isHalfRun, isUnexecuted, leftOpen, NO_RESULT, NOT_RUN, stopsRun } from "./resume/left-open.ts";
export {
  refuseLookalikes,
  refuseUngated,
  type Guard,
  type Inspection,
  type Offer,
  type OfferedTool,
  type Offers,
} from "./resume/offers.ts";
export { openThread } from "./resume/open-thread.ts";
export { requestIdFor, savedRun, type SavedRun } from "./resume/saved-run.ts";
export { decideAnswers, type DecideNative, type NativeAnswer } from "./resume/native.ts";
export { watched } from "./resume/watched.ts";
export { proposedArgs } from "./resume/proposed-args.ts";
export type { Advanced, From, RunnerSpec } from "./resume/runner.ts";
export { dataOf, type Continuation } from "./suspend/continuation.ts";

/** `@countersign/core`: the gate, for whoever builds an agent. Adapter authors: `/adapter`; store authors: `/store`. @module */
export { verifyTrail } from "./audit/trail.ts";
export { digestOf } from "./canonical/json.ts";
export { deserialize, serialize, type Serialized } from "./canonical/serialize.ts";
export type { Background, Remembered } from "./contract/background.ts";
export type { AllowedCall, CallContext, InvalidCall } from "./contract/call.ts";
export { approve, edit, reject, type Confirmation, type Decision, type DecisionRecord, type Remember } from "./contract/decision.ts";
export type { Timings } from "./contract/defaults.ts";
export type { Description } from "./contract/description.ts";
export type { AuditEvent, Verified } from "./contract/event.ts";
export type { Freeze, FreezeScope } from "./contract/freeze.ts";
export type { Acting, Approval, Decided, Gate, PurgeOptions, ThreadInfo, ThreadRef } from "./contract/gate.ts";
export type { Grant } from "./contract/grant.ts";
export type { CallHistory, PastCall } from "./contract/history.ts";
export type { Duration, Issue, JsonObject, StandardSchemaV1 } from "./contract/json.ts";
export { MASK } from "./contract/mask.ts";
export type { RunOutcome, StreamedRun } from "./contract/outcome.ts";
export type { Origin } from "./contract/origin.ts";
export type { ArgsPath, ParsedArgs } from "./contract/parsed.ts";
export { isSamePerson } from "./contract/person.ts";
export type { Condition, GuardRail, Policy, PolicyCall, Tier, ToolRule } from "./contract/policy.ts";
export type { Principal } from "./contract/principal.ts";
export type {
  ApprovalRequest,
  CountOptions,
  Page,
  Receipt,
  RequestQuery,
  SeenProposal,
  Settlement,
  Unreadable,
} from "./contract/request.ts";
export type { Reviewer, ReviewOptions } from "./contract/reviewer.ts";
export type { AgentRunner } from "./contract/runner.ts";
export type { Store } from "./contract/store.ts";
export { groupsText } from "./contract/quorum.ts";
export { confirmedPaths, decisionsOf, isBatchable, quorumOf, rememberable, type QuorumGroup, type ReviewTerms } from "./contract/terms.ts";
export type { ThreadQuery, ThreadState, ThreadSummary } from "./contract/threads.ts";
export type { Usage } from "./contract/usage.ts";
export type { Verdict } from "./contract/verdict.ts";
export { createGate, type GateOptions } from "./create-gate.ts";
export { countedSignatures, missingSignatures } from "./decide/authorize.ts";
export { refusalToCancel } from "./decide/cancel.ts";
export { refusalToDecide } from "./decide/refusal-to-decide.ts";
export { dangerouslyApproveAll } from "./decide/reviewer.ts";
export type { ErrorCode, ErrorDetails } from "./errors/codes.ts";
export { CountersignError, isCountersignError } from "./errors/error.ts";
export { isStopped } from "./ledger/freeze-watch.ts";
export { definePolicy } from "./policy/policy.ts";
export { fromJsonSchema } from "./policy/schema.ts";
export { currentCall } from "./resume/current-call.ts";
export { refusalToSettle } from "./resume/settle.ts";
export { termsAt } from "./store/notices.ts";
export { createWorker, type Worker } from "./work/worker.ts";
export type { WorkerEvent } from "./work/worker-event.ts";

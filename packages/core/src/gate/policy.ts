import type { JsonObject, StandardSchemaV1 } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import { judge, type CheckedCall, type Judgement } from "./check.ts";
import { compile, type CompiledPolicy } from "./compile.ts";
import type { CallHistory, PastCall } from "./history.ts";
import { addressOf } from "./names.ts";
import { parseWith } from "./schema.ts";
import type { Verdict } from "./verdict.ts";

type Out<S> = S extends StandardSchemaV1<unknown, infer O> ? O : JsonObject;
type In<S> = S extends StandardSchemaV1<infer I, unknown> ? I : JsonObject;

/** What a condition looks at. `args` are parsed by the rule's schema: defaults and transforms have been applied. */
export interface PolicyCall<Args = JsonObject, Context = unknown> {
  readonly namespace: string | undefined;
  readonly tool: string;
  readonly args: Args;
  readonly context: Context;
  readonly threadId: string;
  readonly agent: string;
  readonly requestedBy: Principal | undefined;
  /** What already ran in this thread. Known only to a rule that says `history: true`; elsewhere it throws, and so the condition holds. */
  readonly history: CallHistory;
}

/**
 * Holds when it answers anything but `false`; a text is the reason that people read. Synchronous and pure.
 * One that can't be evaluated holds: a throw, a promise, undefined.
 */
export type Condition<Args, Context> = (call: PolicyCall<Args, Context>) => boolean | string;

/** What holds for a tool: one word, or conditions. Deny if its condition holds, else ask if its condition holds, else allow. */
export type ToolRule<S, Context> =
  | "allow"
  | "ask"
  | "deny"
  | ({
      /** A Standard Schema of the arguments: types the conditions, parses what they see, checks edits, gives the inbox its form. */
      readonly args?: S;
      /** An execution that died in the middle may be repeated, with the same idempotency key. Default false: a person is asked. */
      readonly idempotent?: boolean;
      /** Its conditions count what already ran in this thread (`call.history`). Default false. */
      readonly history?: boolean;
      /**
       * Arguments that reviewers and the audit trail get masked, and the tool as they are: `["args.iban", "args.payees.*.iban"]`.
       * What holds a path up (a text where an object should be) is masked as a whole.
       */
      readonly redact?: readonly string[];
    } & (
      | { readonly ask: true | Condition<Out<S>, Context>; readonly deny?: Condition<Out<S>, Context>; readonly review?: ReviewTerms }
      | { readonly deny: true | Condition<Out<S>, Context>; readonly ask?: undefined; readonly review?: undefined }
    ));

type ArgsIn<Tools, K> = K extends keyof Tools ? (Tools[K] extends { in: infer A } ? A : object) : object;
type ArgsOut<Tools, K> = K extends keyof Tools ? (Tools[K] extends { out: infer A } ? A : JsonObject) : JsonObject;
type NeedsContext<C> = unknown extends C ? { readonly context?: undefined } : { readonly context: C };
export type { ArgsIn, ArgsOut };

/** A compiled policy. Made by {@link definePolicy}. */
// oxlint-disable-next-line typescript/no-explicit-any -- "whatever its tools" has no other spelling: a policy takes and gives them
export interface Policy<Tools = any, Context = any> {
  /** Of everything that can change a verdict; each request records it. */
  readonly hash: string;
  /** Pure, no I/O: the way to test a policy without an agent. */
  check<K extends string>(
    call: {
      tool: K;
      args: ArgsIn<Tools, K>;
      namespace?: string | undefined;
      threadId?: string | undefined;
      agent?: string | undefined;
      requestedBy?: Principal | undefined;
      /** What ran in the thread before, for rules that count it. Absent: not known. */
      history?: readonly PastCall[] | undefined;
    } & NeedsContext<Context>,
  ): Verdict;
  /**
   * What would run if the request were signed now, parsed and typed, if it is a call of that tool (`namespace/tool` for one
   * in a namespace). Masked arguments stay masked; undefined if the schema doesn't take the mask.
   */
  match<K extends keyof Tools & string>(request: ApprovalRequest, tool: K): ArgsOut<Tools, K> | undefined;
}

/**
 * What the other moves may ask of a policy. A policy may be replaced while it is used: one judgement, with the rule and the
 * hash that are recorded for it, is always of one version.
 */
export interface PolicyInternals {
  /** The version in force. */
  readonly compiled: CompiledPolicy;
  judge(call: CheckedCall): Judgement;
  /** The version that is in force for this tool. */
  versionFor(call: Pick<CheckedCall, "namespace" | "tool">): CompiledPolicy;
}
const INTERNALS = Symbol.for("countersign.policy");

/** What stands behind a policy, whatever copy of the package made it. Undefined: not made by definePolicy. */
export function policyInternals(policy: Policy): PolicyInternals | undefined {
  return (policy as { [INTERNALS]?: PolicyInternals })[INTERNALS];
}

/** A policy whose version in force may change between two judgements. */
export function policyOf<Tools, Context>(internals: PolicyInternals): Policy<Tools, Context> {
  return {
    get hash() {
      return internals.compiled.hash;
    },
    check: (call) =>
      internals.judge({ ...call, args: call.args as JsonObject, threadId: call.threadId ?? "", agent: call.agent ?? "" }).verdict,
    match: (request, tool) => matchRequest(internals.versionFor(request), request, tool),
    ...{ [INTERNALS]: internals },
  };
}

/**
 * The approval logic, written once for all frameworks. A tool that no rule names is asked about unless `default` says
 * otherwise. A name may have wildcards (`delete_*`) and a namespace (`billing/*`); the most specific one wins. A name
 * without a namespace asks and denies in every namespace, but allows only tools that have none.
 * @example
 * definePolicy({
 *   tools: { send_payment: { args: SendPayment, ask: ({ args }) => args.amount > 1_000 && "over $1,000" }, read_report: "allow" },
 * })
 * @throws POLICY_INVALID for unknown keys, impossible terms, rules that could never ask or deny
 */
export function definePolicy<T = {}, CS = undefined>(policy: {
  /** A Standard Schema of what the application knows about a conversation; `start` then demands it. */
  readonly context?: CS & StandardSchemaV1;
  readonly default?: "allow" | "ask" | "deny";
  /** Terms for every rule that doesn't say otherwise. */
  readonly review?: ReviewTerms;
  /** `never` forbids remembered decisions everywhere; no rule below can allow them. */
  readonly remember?: "never" | "allowed";
  readonly tools?: { readonly [K in keyof T]: ToolRule<T[K], CS extends StandardSchemaV1 ? Out<CS> : unknown> };
}): Policy<{ [K in keyof T]: { in: In<T[K]>; out: Out<T[K]> } }, CS extends StandardSchemaV1 ? Out<CS> : unknown> {
  const compiled = compile(policy);
  return policyOf({ compiled, judge: (call) => judge(compiled, call), versionFor: () => compiled });
}

function matchRequest<A>(compiled: CompiledPolicy, request: ApprovalRequest, tool: string): A | undefined {
  const rule = compiled.rules.find(({ name }) => name.text === tool);
  if (!rule || !(addressOf(request) === tool || rule.name.matches(addressOf(request)))) return undefined;
  if (!rule.schema) return request.proposal.args as A;
  const parsed = parseWith(rule.schema, request.proposal.args);
  return "value" in parsed ? (parsed.value as A) : undefined;
}

import type { Description } from "./description.ts";
import type { CallHistory, PastCall } from "./history.ts";
import type { JsonObject, StandardSchemaV1 } from "./json.ts";
import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";
import type { ReviewTerms } from "./terms.ts";
import type { Verdict } from "./verdict.ts";

export type Out<S> = S extends StandardSchemaV1<unknown, infer O> ? O : JsonObject;
export type In<S> = S extends StandardSchemaV1<infer I, unknown> ? I : JsonObject;

/** What a condition looks at. `args` are parsed by the rule's schema: defaults and transforms have been applied. */
export interface PolicyCall<Args = JsonObject, Context = unknown> {
  readonly namespace: string | undefined;
  readonly tool: string;
  readonly args: Args;
  readonly context: Context;
  readonly threadId: string;
  readonly agent: string;
  readonly requestedBy: Principal | undefined;
  /** The gate's clock when it first looked at the call: the same for all conditions, and recorded with the request. */
  readonly now: Date;
  /** What already ran in this thread. Known only to a rule that says `history: true`; elsewhere it throws, and so the condition holds. */
  readonly history: CallHistory;
}

/**
 * Holds when it answers anything but `false`; a text is the reason that people read. Synchronous and pure.
 * One that can't be evaluated holds: a throw, a promise, undefined.
 */
export type Condition<Args, Context> = (call: PolicyCall<Args, Context>) => boolean | string;

/** One of several ways in which a rule asks. */
export interface Tier<Args, Context> {
  /** Default: always. */
  readonly when?: true | Condition<Args, Context>;
  /** What people read, unless the condition gives a reason itself. */
  readonly reason?: string;
  /** Written over the rule's own. */
  readonly review?: ReviewTerms;
}

/**
 * What holds whatever a rule says. It only tightens: whoever may sign, and enough of them, may do so under the rule's terms and
 * under these. Its reason, and whoever it asks, are added to the rule's.
 */
export type GuardRail<Context> = {
  /** Names of tools, as rules have them. Default: all. Their conditions see what the tool's rule sees; with all tools, look before you read. */
  readonly tools?: readonly string[];
  /** Default: always. */
  readonly when?: true | Condition<JsonObject, Context>;
  /** What people read, unless the condition gives a reason itself. */
  readonly reason?: string;
  /** Its condition counts what already ran in this thread (`call.history`). Default false. */
  readonly history?: boolean;
} & (
  | { readonly deny: true; readonly ask?: undefined; readonly review?: undefined }
  | { readonly ask: true; readonly deny?: undefined; readonly review?: ReviewTerms }
);

/**
 * What holds for a tool: one word, or conditions. Deny if its condition holds, else ask if its condition holds, else allow.
 * `ask` may be a list of tiers, the strictest first: the first that holds asks.
 */
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
      /** What people read of a call beside its arguments. It sees them masked, as people do. One that throws is left out, and told. */
      readonly describe?: (call: PolicyCall<Out<S>, Context>) => Description;
    } & (
      | {
          readonly ask: true | Condition<Out<S>, Context> | readonly Tier<Out<S>, Context>[];
          readonly deny?: Condition<Out<S>, Context>;
          readonly review?: ReviewTerms;
        }
      | { readonly deny: true | Condition<Out<S>, Context>; readonly ask?: undefined; readonly review?: undefined }
    ));

export type ArgsIn<Tools, K> = K extends keyof Tools ? (Tools[K] extends { in: infer A } ? A : object) : object;
export type ArgsOut<Tools, K> = K extends keyof Tools ? (Tools[K] extends { out: infer A } ? A : JsonObject) : JsonObject;
type NeedsContext<C> = unknown extends C ? { readonly context?: undefined } : { readonly context: C };

/** A compiled policy. Made by `definePolicy`. */
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
      /** Unix ms. Default: now. */
      now?: number | undefined;
    } & NeedsContext<Context>,
  ): Verdict;
  /**
   * What would run if the request were signed now, parsed and typed, if it is a call of that tool (`namespace/tool` for one
   * in a namespace). Masked arguments stay masked; undefined if the schema doesn't take the mask.
   */
  match<K extends keyof Tools & string>(request: ApprovalRequest, tool: K): ArgsOut<Tools, K> | undefined;
}

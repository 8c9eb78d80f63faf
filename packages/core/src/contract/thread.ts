import type { ProposedCall } from "./call.ts";
import type { Continuation } from "./continuation.ts";
import type { EffectOptions, Execution, Preview, Effect } from "./execution.ts";
import type { Approval, ThreadInfo } from "./gate.ts";
import type { Issue, JsonObject } from "./json.ts";
import type { ParseArgs } from "./parsed.ts";
import type { Principal } from "./principal.ts";
import type { ApprovalRequest } from "./request.ts";
import type { ReviewTerms } from "./terms.ts";

export interface CallOptions {
  /**
   * This invocation saw the model produce the turn, so nothing can be recorded about it yet and no read is needed.
   * Absent: the turn may have been restored; its requests are read once per turn and invocation.
   */
  readonly fresh?: boolean | undefined;
}

export interface WaitOptions extends CallOptions {
  /** Why the framework, or an option of its own, asks as well. It can only add a signature. */
  readonly frameworkAsks?: string | undefined;
  /** Why the framework has stopped for this call where the policy would let it pass: unread where the policy asks itself, or has to count. */
  readonly frameworkStopped?: string | undefined;
  /** The tool's own JSON Schema, where the policy's rule has none. */
  readonly argsSchema?: JsonObject | undefined;
  /** Reads the arguments by the tool's own schema: what it adds is shown to whoever signs. Give it to `execute` as well. */
  readonly parse?: ParseArgs | undefined;
  /**
   * The only decisions that the framework, or its native option, takes about a call of this kind: restrictions add up, so a
   * reviewer is offered what the policy's terms have as well. Default: all. SETUP if they have none in common.
   */
  readonly decisions?: ReviewTerms["decisions"];
}

/** What a person is asked about a call, as far as a framework's own pause shows it. */
export type ShownRequest = Pick<ApprovalRequest, "id" | "callId" | "tool" | "proposal" | "reason" | "terms" | "argsSchema">;

/** One conversation under the gate, for one invocation. */
export interface Thread {
  readonly id: string;
  readonly requestedBy: Principal | undefined;
  /** What the policy's conditions see as `context`. */
  readonly context: unknown;
  /** Those of these calls' requests that still wait. One read for all calls of a turn. */
  pending(calls: readonly ProposedCall[]): Promise<readonly ApprovalRequest[]>;
  /** The arguments of a call as whoever reviews it will see them: what its rule hides is masked. Pure. */
  shown(call: Pick<ProposedCall, "namespace" | "tool" | "args">): JsonObject;
  /**
   * The framework itself has refused a call, because its arguments don't fit the tool: the gate's `onInvalid` is told. Calls
   * that `execute` or `preview` refuses are told of by themselves. Never throws.
   */
  unreadable(call: Pick<ProposedCall, "namespace" | "tool">, issues: readonly Issue[]): void;
  /** What waits in the whole thread, undecided or signed: nothing of it has run. */
  unexecuted(): Promise<readonly ApprovalRequest[]>;
  /**
   * Outside a runner: what is saved of the thread. From here on this invocation writes only on top of that: once somebody
   * else has taken the thread, `suspend` throws THREAD_BUSY.
   * @throws STATE_INCOMPATIBLE, STORE_UNAVAILABLE
   */
  restore(): Promise<Continuation | null>;
  /** What is recorded of exactly this call. One read for all calls of its turn. */
  recorded(call: ProposedCall): Promise<ApprovalRequest | undefined>;
  /**
   * Does the policy alone decide this call, by allowing or refusing it, whatever is on record? Pure. For a hook that
   * doesn't know yet which turn a call belongs to: `true`, in a turn that this invocation saw the model produce, needs
   * nobody; at `false` stop the framework first, and then ask `mustWait`. The policy is asked once about a call, however
   * many hooks ask here.
   */
  decidedByPolicy(call: Omit<ProposedCall, "turnId">): boolean;
  /**
   * The one question that every framework hook asks: is there a signature missing? False: go on to execute, which
   * enforces. A fresh allowed call is answered synchronously, without I/O, unless its rule counts the thread's history.
   * What a grant or such a rule decides is recorded by this call already: a remembered decision never waits.
   * @throws SETUP if a person would have to be asked, and `options.decisions` leave them nothing to decide
   */
  mustWait(call: ProposedCall, options?: WaitOptions): boolean | Promise<boolean>;
  /**
   * What people will be asked about calls that must wait: for a hook that has to show it in its framework's pause, before a
   * runner records the calls. Writes nothing. What a tool's schema adds, and whether a rejected call is revised, is found out
   * when they are recorded.
   * @throws DUPLICATE_CALL, POLICY_DENIED, INVALID_ARGS, SETUP
   */
  questions(calls: readonly ProposedCall[]): Promise<readonly ShownRequest[]>;
  /**
   * One atomic write; calls that are recorded already are adopted. A null continuation: the framework or the application
   * keeps the conversation. The thread stays held by this invocation until it is released.
   * @throws DUPLICATE_CALL, TOO_MANY_REQUESTS, NOT_JSON, POLICY_DENIED, INVALID_ARGS, THREAD_BUSY, LEASE_LOST, STATE_NOT_SERIALIZABLE, SETUP
   */
  suspend(calls: readonly ProposedCall[], continuation: Continuation | null): Promise<readonly ApprovalRequest[]>;
  /**
   * Saves how far the run is where nobody has to be asked: what runs from here on shall not be proposed again after a crash.
   * @throws THREAD_BUSY, LEASE_LOST, STATE_NOT_SERIALIZABLE, STORE_UNAVAILABLE
   */
  save(continuation: Continuation): Promise<void>;
  /**
   * With an in-process reviewer: records the calls if they aren't, asks the reviewer, answers whether any still waits.
   * Without one: true at once.
   */
  review(calls: readonly ProposedCall[]): Promise<boolean>;
  /**
   * For a call that needn't wait: what `execute` would do with it, refuse it or run it with these arguments. Takes, runs and
   * records nothing. A framework that runs code of its own between the gate and the tool keeps refused calls from that code,
   * and shows it the arguments that were signed.
   * @throws STORE_UNAVAILABLE
   */
  preview(call: ProposedCall, options?: CallOptions): Promise<Preview>;
  /**
   * The only door to an effect. Pass undefined where this process has no such tool: what is on record is answered all the same,
   * and a signed call that hasn't run is STATE_INCOMPATIBLE, its signature kept. What a tool itself throws is answered as `failed`, for the model to read. What is thrown here
   * must leave the framework: it is no text for a model. EXECUTION_UNKNOWN comes in the place of what the effect threw if that
   * tells nothing.
   * @throws EXECUTION_BUSY, EXECUTION_UNKNOWN, FROZEN, PURGED, LEASE_LOST, TOO_MANY_REQUESTS, STATE_INCOMPATIBLE, STORE_UNAVAILABLE,
   * and the framework's own pause, see {@link EffectOptions.paused}
   */
  execute<R>(call: ProposedCall, effect: Effect<R> | undefined, options?: CallOptions & EffectOptions<R>): Promise<Execution<R>>;
  /**
   * For calls that the application asks about and executes by hand, with `gate.execute`, perhaps much later: recorded also
   * when the policy allows them. Asking again is the same request.
   * @throws INVALID_ARGS, NOT_JSON, PURGED, TOO_MANY_REQUESTS, THREAD_BUSY, LEASE_LOST, SETUP
   */
  ask(call: ProposedCall, options?: ThreadInfo): Promise<Approval>;
  /** The invocation has ended: the hold is let go, requests that it did not ask again are withdrawn. */
  release(outcome: "completed" | "suspended" | "failed"): Promise<void>;
}

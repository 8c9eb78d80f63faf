import type { Background } from "./background.ts";
import type { CallContext } from "./call.ts";
import type { Decision } from "./decision.ts";
import type { AuditEvent, Verified } from "./event.ts";
import type { Freeze, FreezeScope } from "./freeze.ts";
import type { Grant } from "./grant.ts";
import type { Awaitable, Duration, JsonObject } from "./json.ts";
import type { ArgsIn, ArgsOut, Policy } from "./policy.ts";
import type { Origin } from "./origin.ts";
import type { Principal } from "./principal.ts";
import type { ApprovalRequest, CountOptions, Page, RequestQuery, SeenProposal, Settlement } from "./request.ts";
import type { Store } from "./store.ts";
import type { ThreadQuery, ThreadSummary } from "./threads.ts";

export interface ThreadInfo {
  /** Who asks: a principal, or just an id. Four eyes keep them from signing. */
  readonly requestedBy?: string | Principal | undefined;
}

/**
 * Which conversation a call belongs to: LangGraph's thread_id, the AI SDK's chat id, OpenRouter's conversation id.
 * Not an id per HTTP request.
 */
export type ThreadRef<Context = unknown> = ThreadInfo & { readonly threadId: string } & (unknown extends Context
    ? { readonly context?: undefined }
    : { readonly context?: Context | undefined });

/** Who acts and, if the surface knows, where: the trail has both. */
export interface Acting {
  readonly by: Principal;
  readonly origin?: Origin | undefined;
}

/** What came of `gate.ask`: a ticket for `gate.execute`, a request to wait for, or a no (`message` says why). */
export type Approval<Args = JsonObject> =
  | { readonly id: string; readonly status: "allowed"; readonly args: Args; readonly edited: boolean }
  | { readonly id: string; readonly status: "approved"; readonly args: Args; readonly edited: boolean }
  | { readonly id: string; readonly status: "pending"; readonly request: ApprovalRequest }
  | { readonly id: string; readonly status: "denied" | "rejected" | "expired" | "cancelled"; readonly message: string };
/** What came of it once nobody is waited for any more. */
export type Decided<A extends Approval<unknown>> = Exclude<A, { status: "pending" }>;

/** What to purge, and who does it. A dry run needs nobody. */
export type PurgeOptions = { readonly olderThan: Duration } & (
  | (Acting & { readonly dryRun?: false | undefined })
  | (Partial<Acting> & { readonly dryRun: true })
);

/** The gate: what an application holds. Made by `createGate`. */
// oxlint-disable-next-line typescript/no-explicit-any -- "whatever its policy types" has no other spelling: a gate takes and gives both
export interface Gate<Tools = any, Context = any> {
  readonly policy: Policy<Tools, Context> | undefined;
  readonly store: Store;
  /** @throws STORE_UNAVAILABLE with `details.unreadable` if the record can't be read */
  get(id: string): Promise<ApprovalRequest | undefined>;
  /**
   * Requests that can't be read are named in `unreadable` of their page. An execution whose lease is over is `unknown` here
   * and for `get`, also while no worker has recorded it.
   * @example const { items } = await gate.list({ visibleTo: alice, search: "acme", order: "newest" })
   * @throws INVALID_ARGS for a condition, limit or cursor that isn't one
   */
  list(query?: RequestQuery): Promise<Page<ApprovalRequest>>;
  /**
   * How many requests `list` would give on all pages together, up to a cap: 10,000 by default. What can't be read may be left out.
   * @example const waiting = await gate.count({ reviewableBy: alice })
   * @throws INVALID_ARGS for a condition or cap that isn't one
   */
  count(query?: RequestQuery, options?: CountOptions): Promise<number>;
  /**
   * Other requests for the very same call (tool, namespace and arguments), from any thread and whatever became of them: the
   * newest first, 50 at most. A reviewer who sees a payment twice should know.
   * @example const twice = (await gate.duplicates(request)).some(({ execution }) => execution === "done")
   * @throws INVALID_ARGS for what is no request
   */
  duplicates(request: ApprovalRequest): Promise<readonly ApprovalRequest[]>;
  /**
   * What a surface should say beside the request: the same call elsewhere, what is frozen, and how the tool is used otherwise.
   * @example const review = reviewOf(request, { now: Date.now(), by, ...(await gate.background(request)) })
   * @throws INVALID_ARGS for what is no request
   */
  background(request: ApprovalRequest): Promise<Background>;
  /**
   * Where runs stand. Threads that can't be read are named in `unreadable` of their page.
   * @example const { items } = await gate.threads({ state: "failing" })
   * @throws INVALID_ARGS for a state, limit or cursor that isn't one, SETUP for a store that can't list them
   */
  threads(query?: ThreadQuery): Promise<Page<ThreadSummary>>;
  /**
   * Approve, edit or reject. `seen` names the request and the digest of the proposal that was looked at, so that nobody
   * signs what they haven't seen. The same vote again is idempotent. `via` and `origin` go into the trail: the surface, and
   * where it was used. `batch`: the id that the requests of one decision share,
   * where the terms allow that; each is decided by a call of its own.
   * @throws REQUEST_NOT_FOUND, NOT_AUTHORIZED, SELF_REVIEW, ALREADY_DECIDED, EXPIRED, ARGS_CHANGED, DECISION_NOT_ALLOWED,
   * NOT_CONFIRMED, INVALID_ARGS, NOT_JSON, POLICY_DENIED, EDIT_UNCHECKABLE; the request then stays as it was
   */
  decide(
    seen: SeenProposal,
    decision: Decision,
    options: { by: Principal; via?: string | undefined; origin?: Origin | undefined; batch?: string | undefined },
  ): Promise<ApprovalRequest>;
  /**
   * The request as this decision would leave it, found out by the same steps as `decide`, with the same errors. Nothing is
   * written: no vote, no event, no expiry, no notice that is due. What has to be typed counts as typed.
   * @example const { proposal, terms } = await gate.preview(request, edit({ ...request.args, amount: 4_000 }), { by })
   * @throws what `decide` throws; NOT_CONFIRMED only where nothing could be typed
   */
  preview(seen: SeenProposal, decision: Decision, options: { by: Principal; batch?: string | undefined }): Promise<ApprovalRequest>;
  /** Until it is no longer pending. @throws TIMEOUT, REQUEST_NOT_FOUND, the signal's reason */
  wait(id: string, options?: { signal?: AbortSignal | undefined; timeout?: Duration | undefined }): Promise<ApprovalRequest>;
  /** Withdraws a request that isn't decided or not `begun`. @throws REQUEST_NOT_FOUND, ALREADY_DECIDED */
  cancel(id: string, options: Acting & { reason: string }): Promise<ApprovalRequest>;
  /**
   * A person resolves an `unknown` execution, after looking into the outside system.
   * @example await gate.settle(id, { failed: "The bank has no such payment." }, { by })
   * @throws REQUEST_NOT_FOUND, NOT_AUTHORIZED, SELF_REVIEW, CONFLICT
   */
  settle(id: string, outcome: Settlement, options: Acting): Promise<ApprovalRequest>;
  /**
   * Remembered decisions, also those that are used up, revoked or expired. `tool`: of tools of this name alone.
   * @throws INVALID_ARGS for a condition that there isn't, SETUP for a store that can't list them
   */
  grants(query?: { tool?: string | undefined }): Promise<readonly Grant[]>;
  /** From now on the grant decides nothing. Whoever may sign such a call may revoke it; revoking again changes nothing. @throws GRANT_NOT_FOUND, NOT_AUTHORIZED */
  revokeGrant(grantId: string, options: Acting): Promise<void>;
  /**
   * Stops executions until it is lifted: of a tool, of an agent, or (an empty scope) all of the tenant. Once this has
   * answered, no call is claimed any more that it covers: each throws FROZEN, keeps its signature and can run after the
   * lift. Calls that the policy allows are stopped when their run next starts or resumes, or within a second. What has begun goes on, and people
   * may still decide. A worker tries a frozen thread again with growing pauses, five minutes at the most.
   * @example const freeze = await gate.freeze({ tool: "send_payment" }, { by, reason: "wrong bank details" })
   * @throws INVALID_ARGS
   */
  freeze(scope: FreezeScope, options: Acting & { reason: string }): Promise<Freeze>;
  /** What is frozen now, the oldest first. */
  freezes(): Promise<readonly Freeze[]>;
  /** Ends a freeze. Lifting it again changes nothing; what another freeze covers stays frozen. @throws FREEZE_NOT_FOUND, INVALID_ARGS */
  liftFreeze(freezeId: string, options: Acting): Promise<void>;
  /** The audit chain of a request, of `grant/` and a grant's id, or of what a surface has recorded, such as `key/ci`; oldest first. */
  history(id: string): AsyncIterable<AuditEvent>;
  /**
   * Every record against its chain: what the events say, from the first to the last, is what the record says. A record that
   * can't be read is named in `unreadable`, and the others are verified. `against`: the events of an earlier export, which
   * the store must still have and go on from. See docs/operations.md for what no chain can prove.
   * @throws AUDIT_BROKEN naming the first that fails, INVALID_ARGS for an option that there isn't, and for an event in `against` that is none
   */
  verify(options?: { against?: AsyncIterable<AuditEvent> | undefined }): Promise<Verified>;
  /**
   * Removes what had ended that long ago, by the store's clock: what closed threads held (saved runs, contexts, outcomes),
   * and of finished requests the arguments, decisions and results, with the events of both. A stub of each stays, so that
   * its id is never asked about or run again and the rest can be verified. What is pending, approved but not run, executing
   * or unknown stays as it is, and so does everything of a run that goes on. Answers how many were purged; call it again
   * for what others were writing to meanwhile. Each event names `by`, who purged. With `dryRun` nothing is written, and the
   * answer is how many would go.
   * @example await gate.purge({ olderThan: "90d", by: { id: "retention", kind: "service" } })
   * @throws INVALID_ARGS, SETUP if the store can't purge, STORE_UNAVAILABLE (what was purged until then stays purged)
   */
  purge(options: PurgeOptions): Promise<{ requests: number; threads: number }>;
  /**
   * Without a framework: asks about a call, recorded also when the policy allows it. Asking again with the same key
   * re-attaches to the same request.
   * @throws INVALID_ARGS, NOT_JSON, PURGED, TOO_MANY_REQUESTS, SETUP without a policy
   */
  ask<K extends string>(call: ThreadRef<Context> & { tool: K; args: ArgsIn<Tools, K>; key: string }): Promise<Approval<ArgsOut<Tools, K>>>;
  /**
   * Runs what was approved: the recorded arguments (what is passed is only the ticket), once. A second call gets the
   * recorded result. EXECUTION_UNKNOWN comes in the place of what the effect threw if that tells nothing, and has it as its
   * `cause`: the effect had met an error such as FROZEN or STORE_UNAVAILABLE, or had stood still for longer than its lease.
   * @throws NOT_APPROVED, PURGED, EXPIRED, FROZEN, EXECUTION_BUSY, EXECUTION_UNKNOWN, INVALID_ARGS or STATE_INCOMPATIBLE if the
   * schema has changed since, and what the effect throws
   */
  execute<A, R>(approval: { readonly id: string; readonly args: A }, effect: (args: A, call: CallContext) => Awaitable<R>): Promise<R>;
}

/** A gate of any policy with this context. */
// oxlint-disable-next-line typescript/no-explicit-any -- see Gate
export type GateIn<Context> = Gate<any, Context>;

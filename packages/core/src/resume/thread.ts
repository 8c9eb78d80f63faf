import { AsyncLocalStorage } from "node:async_hooks";
import { digestOf, requestIdOf } from "../canonical/digest.ts";
import type { CallContext, ProposedCall } from "../contract/call.ts";
import type { JsonObject } from "../contract/json.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { expireIfOverdue } from "../decide/deadline.ts";
import { reviewInProcess } from "../decide/review.ts";
import { ruleOf, type CheckedCall, type Judgement } from "../gate/check.ts";
import { toRequest } from "../ledger/move.ts";
import type { RequestRecord } from "../store/records.ts";
import type { Ask } from "../suspend/ask.ts";
import type { Continuation } from "../suspend/continuation.ts";
import { runningCall } from "../suspend/current.ts";
import type { Invocation } from "../suspend/invocation.ts";
import { suspend } from "../suspend/suspend.ts";
import { executeRecorded, type Effect } from "./execute.ts";
import type { EffectOptions, Execution } from "./execution.ts";
import { principalOf } from "./input.ts";
import { keepHold } from "./lease.ts";
import { demandLease, release } from "./release.ts";
import type { Approval, gatingInternalsOf, ThreadInfo } from "./gate.ts";
import { askTicket } from "./ticket.ts";
import { denial, invalid } from "./words.ts";

export interface CallOptions {
  /**
   * This invocation saw the model produce the turn, so nothing can be recorded about it yet and no read is needed.
   * Absent: the turn may have been restored; its requests are read once per turn and invocation.
   */
  readonly fresh?: boolean | undefined;
}

export interface WaitOptions extends CallOptions {
  /** The reason of a native option that asks as well. It can only add a signature. */
  readonly asked?: string | undefined;
  /** Terms of that native option, where the policy itself doesn't ask. */
  readonly terms?: ReviewTerms | undefined;
  /** The tool's own JSON Schema, where the policy's rule has none. */
  readonly argsSchema?: JsonObject | undefined;
}

/** One conversation under the gate, for one invocation. */
export interface Thread {
  readonly id: string;
  pending(): Promise<readonly ApprovalRequest[]>;
  /**
   * The one question that every framework hook asks: is there a signature missing? False: go on to execute, which
   * enforces. A fresh allowed call is answered synchronously, without I/O.
   */
  mustWait(call: ProposedCall, options?: WaitOptions): boolean | Promise<boolean>;
  /**
   * One atomic write; calls that are recorded already are adopted. A null continuation: the framework or the application
   * keeps the conversation. The thread stays held by this invocation until it is released.
   * @throws DUPLICATE_CALL, NOT_JSON, POLICY_DENIED, INVALID_ARGS, THREAD_BUSY, LEASE_LOST, STATE_NOT_SERIALIZABLE, SETUP
   */
  suspend(calls: readonly ProposedCall[], continuation: Continuation | null): Promise<readonly ApprovalRequest[]>;
  /**
   * With an in-process reviewer: records the calls if they aren't, asks the reviewer, answers whether any still waits.
   * Without one: true at once.
   */
  review(calls: readonly ProposedCall[]): Promise<boolean>;
  /**
   * The only door to an effect.
   * @throws EXECUTION_BUSY, EXECUTION_UNKNOWN, LEASE_LOST, STORE_UNAVAILABLE, and what the effect throws
   */
  execute<R>(call: ProposedCall, effect: Effect<R>, options?: CallOptions & EffectOptions<R>): Promise<Execution<R>>;
  /**
   * For calls that the application asks about and executes by hand, with `gate.execute`, perhaps much later: recorded also
   * when the policy allows them. Asking again is the same request.
   * @throws INVALID_ARGS, NOT_JSON, THREAD_BUSY, LEASE_LOST, SETUP
   */
  ask(call: ProposedCall, options?: ThreadInfo): Promise<Approval>;
  /** The invocation has ended: the hold is let go, requests that it did not ask again are withdrawn. */
  release(outcome: "completed" | "suspended" | "failed"): Promise<void>;
}

const active: AsyncLocalStorage<Thread> = new AsyncLocalStorage();

/** The thread of the runner that is active here, if the framework keeps async context. Lazy frameworks must bind instead. */
export function currentThread(): Thread | undefined {
  return active.getStore();
}

export function withThread<T>(thread: Thread, work: () => T): T {
  return active.run(thread, work);
}

/** Nobody needs to be asked about this. */
function isRefusal({ verdict }: Judgement): boolean {
  return verdict.type === "deny" || verdict.type === "invalid";
}

type GatingInternals = ReturnType<typeof gatingInternalsOf>;

const keyOf = ({ turnId, callId }: ProposedCall): string => JSON.stringify([turnId, callId]);

/** The gate around one invocation's calls. */
export class GatedThread implements Thread {
  readonly id: string;
  readonly invocation: Invocation;
  readonly #internals: GatingInternals;
  /** Why a call must be asked about, found by `mustWait` and used by `suspend` and `execute`. */
  readonly #reasons = new Map<string, Ask>();
  /** The requests of restored turns: read once, and again after this invocation has written. */
  readonly #turns = new Map<string, Promise<readonly RequestRecord[]>>();

  constructor(internals: GatingInternals, invocation: Invocation) {
    this.id = invocation.threadId;
    this.invocation = invocation;
    this.#internals = internals;
  }

  async pending(): Promise<readonly ApprovalRequest[]> {
    const records = await this.#internals.kernel.ledger.ofThread(this.id);
    return records.filter(({ state }) => state === "pending").map(toRequest);
  }

  mustWait(call: ProposedCall, options: WaitOptions = {}): boolean | Promise<boolean> {
    const known = !options.fresh || this.#reasons.has(keyOf(call));
    return known ? this.#restoredWaits(call, options) : this.#mustAsk(call, options);
  }

  async suspend(calls: readonly ProposedCall[], continuation: Continuation | null): Promise<readonly ApprovalRequest[]> {
    const records = await this.#record(calls, continuation);
    return records.map(toRequest);
  }

  async review(calls: readonly ProposedCall[]): Promise<boolean> {
    const { kernel, reviewer } = this.#internals;
    if (!reviewer) return true;
    const records = await this.#record(calls, null);
    const hold = keepHold(kernel, this.invocation);
    try {
      return await reviewInProcess(kernel, reviewer, records.map(({ id }) => id)); // prettier-ignore
    } finally {
      hold.stop();
      this.#turns.clear();
    }
  }

  async execute<R>(call: ProposedCall, effect: Effect<R>, options: CallOptions & EffectOptions<R> = {}): Promise<Execution<R>> {
    const { kernel } = this.#internals;
    demandLease(kernel, this.invocation);
    const asked = this.#reasons.get(keyOf(call));
    if (!asked && options.fresh) return this.#executeFresh(call, effect, options);
    const recorded = (await this.#recordsOf(call.turnId)).filter(({ callId }) => callId === call.callId);
    if (!asked && recorded.length === 0) return this.#executeFresh(call, effect, options);
    const id = requestIdOf(kernel.ledger.tenant, this.id, call);
    if (recorded.some((record) => record.id === id)) return this.#executeRecorded(id, effect, options);
    // Other arguments than those that were asked about: refused if the policy says so, asked about even if it allows them.
    return isRefusal(this.#judge(call)) ? this.#executeFresh(call, effect, options) : this.#askAndExecute(call, effect, options);
  }

  async ask(call: ProposedCall, { requestedBy }: ThreadInfo = {}): Promise<Approval> {
    const { kernel, reviewer } = this.#internals;
    demandLease(kernel, this.invocation);
    return askTicket(kernel, reviewer, this.invocation, call, principalOf(requestedBy));
  }

  async release(outcome: "completed" | "suspended" | "failed"): Promise<void> {
    const { kernel } = this.#internals;
    if (outcome === "completed") await release(kernel, this.invocation, { type: "completed", outcome: undefined, continuation: undefined });
    else if (outcome === "suspended") await release(kernel, this.invocation, { type: "suspended", elsewhere: false });
    else await release(kernel, this.invocation, { type: "failed", error: "the invocation failed", again: true });
  }

  /** The next attempt of the same invocation reads anew what has been decided meanwhile. */
  forget(): void {
    this.#turns.clear();
  }

  async #restoredWaits(call: ProposedCall, options: WaitOptions): Promise<boolean> {
    const { kernel } = this.#internals;
    const recorded = (await this.#recordsOf(call.turnId)).filter(({ callId }) => callId === call.callId);
    if (recorded.length === 0) return this.#mustAsk(call, options);
    const id = requestIdOf(kernel.ledger.tenant, this.id, call);
    const record = recorded.find((candidate) => candidate.id === id);
    if (record) {
      this.invocation.declared.add(id);
      return record.state === "pending" && (await expireIfOverdue(kernel, id)).state === "pending";
    }
    const judgement = this.#judge(call);
    if (isRefusal(judgement)) return false;
    this.#reasons.set(keyOf(call), this.#askOf(call, judgement, { ...options, asked: "its arguments changed after it was asked about" }));
    return true;
  }

  #mustAsk(call: ProposedCall, options: WaitOptions): boolean {
    const judgement = this.#judge(call);
    const { type } = judgement.verdict;
    const asks = type === "ask" || (type === "allow" && options.asked !== undefined);
    if (asks) this.#reasons.set(keyOf(call), this.#askOf(call, judgement, options));
    return asks;
  }

  #checked(call: ProposedCall): CheckedCall {
    const { agent, requestedBy, context } = this.invocation;
    return { namespace: call.namespace, tool: call.tool, args: call.args, threadId: this.id, agent, requestedBy, context };
  }

  #judge(call: ProposedCall): Judgement {
    return this.#internals.kernel.policy.judge(this.#checked(call));
  }

  #askOf(call: ProposedCall, { verdict, by }: Judgement, { asked, terms, argsSchema }: WaitOptions): Ask {
    const { ledger } = this.#internals.kernel;
    const rule = ruleOf(by, call);
    const digest = digestOf(call);
    const native = asked ?? "the adapter asks";
    return {
      id: requestIdOf(ledger.tenant, this.id, call, digest),
      digest,
      call,
      rule: verdict.type === "ask" ? verdict.rule : "native",
      reason: verdict.type === "ask" ? (asked ? `${verdict.reason}; ${asked}` : verdict.reason) : native,
      terms: verdict.type === "ask" ? verdict.terms : { ...rule.terms, ...terms },
      idempotent: rule.idempotent,
      argsSchema: rule.argsSchema ?? argsSchema,
      policyHash: by.hash,
      allowed: false,
      ticket: false,
      parent: runningCall.getStore()?.requestId,
    };
  }

  #recordsOf(turnId: string): Promise<readonly RequestRecord[]> {
    const known = this.#turns.get(turnId);
    if (known) return known;
    const records = this.#internals.kernel.ledger.ofTurn(this.id, turnId);
    this.#turns.set(turnId, records);
    records.catch(() => this.#turns.delete(turnId));
    return records;
  }

  async #record(calls: readonly ProposedCall[], continuation: Continuation | null): Promise<readonly RequestRecord[]> {
    const { kernel } = this.#internals;
    demandLease(kernel, this.invocation);
    const asks = await Promise.all(calls.map((call) => this.#askFor(call)));
    const records = await suspend(kernel, this.invocation, asks, continuation);
    for (const ask of asks) {
      this.#reasons.set(keyOf(ask.call), ask);
      this.invocation.declared.add(ask.id);
    }
    this.#turns.clear();
    return records;
  }

  /** The reason found earlier; for a call that is recorded already any reason will do. */
  async #askFor(call: ProposedCall): Promise<Ask> {
    const known = this.#reasons.get(keyOf(call));
    const digest = digestOf(call);
    if (known?.digest === digest) return known;
    const judgement = this.#judge(call);
    const { verdict } = judgement;
    const ask = this.#askOf(call, judgement, {});
    if (verdict.type === "ask" || verdict.type === "allow") return ask;
    if ((await this.#recordsOf(call.turnId)).some(({ id }) => id === ask.id)) return ask;
    if (verdict.type === "deny") throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason: verdict.reason });
    throw new CountersignError("INVALID_ARGS", { issues: verdict.issues });
  }

  #executeFresh<R>(call: ProposedCall, effect: Effect<R>, options: EffectOptions<R>): Promise<Execution<R>> {
    const { verdict } = this.#judge(call);
    switch (verdict.type) {
      case "allow":
        return this.#runAllowed(call, effect);
      case "deny":
        return Promise.resolve(denial(verdict.reason));
      case "invalid":
        return Promise.resolve(invalid(verdict.issues));
      case "ask":
        return this.#askAndExecute(call, effect, options);
    }
  }

  /** The policy allows it: the framework's business, neither recorded nor guarded against a replay. */
  async #runAllowed<R>(call: ProposedCall, effect: Effect<R>): Promise<Execution<R>> {
    const { ledger } = this.#internals.kernel;
    const threadId = this.id;
    let key: string | undefined;
    const context: CallContext = {
      get idempotencyKey() {
        return (key ??= requestIdOf(ledger.tenant, threadId, call));
      },
      attempt: 1,
      threadId,
      request: undefined,
    };
    const requestId = runningCall.getStore()?.requestId;
    // Reading a restored turn may have taken longer than the lease.
    demandLease(this.#internals.kernel, this.invocation);
    const result = await runningCall.run({ context, requestId }, () => effect(call.args, context));
    return { status: "ran", result, args: call.args, notice: undefined, replayed: false };
  }

  /** Whatever led around the pause ends here. */
  async #askAndExecute<R>(call: ProposedCall, effect: Effect<R>, options: EffectOptions<R>): Promise<Execution<R>> {
    const [record] = await this.#record([call], null);
    if (!record) throw new CountersignError("NOT_APPROVED", { request: undefined });
    if (record.state === "pending") await this.review([call]);
    return this.#executeRecorded(record.id, effect, options);
  }

  #executeRecorded<R>(id: string, effect: Effect<R>, options: EffectOptions<R>): Promise<Execution<R>> {
    const { kernel } = this.#internals;
    this.invocation.declared.add(id);
    const executor = { fence: this.invocation.fence, demandLease: () => demandLease(kernel, this.invocation) };
    return executeRecorded(kernel, id, executor, effect, options);
  }
}

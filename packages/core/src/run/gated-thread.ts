import { digestOf, requestIdOf } from "../canonical/digest.ts";
import type { CallContext, ProposedCall } from "../contract/call.ts";
import type { Continuation } from "../contract/continuation.ts";
import type { EffectOptions, Execution, Preview, Refused, Effect } from "../contract/execution.ts";
import type { Approval, ThreadInfo } from "../contract/gate.ts";
import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { rememberable } from "../contract/terms.ts";
import type { CallOptions, Thread, WaitOptions } from "../contract/thread.ts";
import { expireIfOverdue } from "../decide/deadline.ts";
import { reviewInProcess } from "../decide/review.ts";
import { CountersignError } from "../errors/error.ts";
import { tellAllowed } from "../gate/allowed.ts";
import { offered } from "../gate/offered.ts";
import { denial, invalid } from "../gate/refusal.ts";
import type { Invocation } from "../hold/invocation.ts";
import { keepHold, demandLease } from "../hold/lease.ts";
import type { gatingInternalsOf } from "../kernel.ts";
import { toRequest } from "../ledger/transition.ts";
import { countsHistory, redactionOf, ruleOf, type CheckedCall, type Judgement } from "../policy/check.ts";
import { pastCalls } from "../policy/history.ts";
import { runningCall } from "../resume/current-call.ts";
import { executeRecorded } from "../resume/execute.ts";
import { isRefused, refusal } from "../resume/told.ts";
import type { RequestRecord } from "../store/records.ts";
import type { Ask } from "../suspend/ask.ts";
import { decodeContinuation, refuseOtherFramework } from "../suspend/continuation.ts";
import { suspend, type Counting, type Suspension } from "../suspend/suspend.ts";
import { askTicket } from "./by-hand.ts";
import { principalOf } from "./input.ts";
import { release } from "./release.ts";

/** What the model is told if the policy itself refuses: then nobody needs to be asked. */
function refusedBy({ verdict }: Judgement): Refused | undefined {
  if (verdict.type === "deny") return denial(verdict.reason);
  return verdict.type === "invalid" ? invalid(verdict.issues) : undefined;
}

type CallOf = Pick<ProposedCall, "namespace" | "tool" | "args">;

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
  /** All requests of the thread, as they were when this invocation took it. */
  #taken: readonly RequestRecord[] | undefined;

  constructor(internals: GatingInternals, invocation: Invocation, taken?: readonly RequestRecord[]) {
    this.id = invocation.threadId;
    this.invocation = invocation;
    this.#internals = internals;
    this.#taken = taken;
  }

  get requestedBy(): Principal | undefined {
    return this.invocation.requestedBy;
  }

  get context(): unknown {
    return this.invocation.context;
  }

  async pending(): Promise<readonly ApprovalRequest[]> {
    const records = await this.#internals.kernel.ledger.ofThread(this.id);
    return records.filter(({ state }) => state === "pending").map(toRequest);
  }

  async restore(): Promise<Continuation | null> {
    const record = await this.#internals.kernel.ledger.thread(this.id);
    if (record && record.framework !== "none") refuseOtherFramework(record.framework, this.invocation.framework);
    this.invocation.based = record?.fence ?? 0;
    this.invocation.held = undefined;
    return record ? decodeContinuation(record.continuation, record.framework) : null;
  }

  async recorded(call: ProposedCall): Promise<ApprovalRequest | undefined> {
    const record = await this.#recordOf(call);
    return record && toRequest(record);
  }

  settledByPolicy(call: CallOf): boolean {
    return !this.#counts(call) && this.#internals.kernel.policy.judge(this.#checked(call)).verdict.type !== "ask";
  }

  mustWait(call: ProposedCall, options: WaitOptions = {}): boolean | Promise<boolean> {
    const known = !options.fresh || this.#reasons.has(keyOf(call));
    return known ? this.#restoredWaits(call, options) : this.#mustAsk(call, options);
  }

  async suspend(calls: readonly ProposedCall[], continuation: Continuation | null): Promise<readonly ApprovalRequest[]> {
    const { records } = await this.#record(calls, continuation);
    return records.map(toRequest);
  }

  /**
   * The framework has come to rest. Records what its hook hasn't recorded already, and lets go of the thread in the same
   * write, unless nothing waits or a reviewer of this process is to be asked. Answers the ids of the requests, and what waits
   * in a thread that was let go.
   */
  async rest(
    calls: readonly ProposedCall[],
    continuation: Continuation | null,
  ): Promise<{ readonly ids: readonly string[]; readonly waiting?: readonly RequestRecord[] | undefined }> {
    const ids = calls.map((call) => requestIdOf(this.#internals.kernel.ledger.tenant, this.id, call));
    if (!continuation && ids.every((id) => this.invocation.declared.has(id))) return { ids };
    const { records, waiting } = await this.#record(calls, continuation, !this.#internals.reviewer);
    return { ids: records.map(({ id }) => id), waiting };
  }

  async review(calls: readonly ProposedCall[]): Promise<boolean> {
    const { kernel, reviewer } = this.#internals;
    if (!reviewer) return true;
    const { records } = await this.#record(calls, null);
    const hold = keepHold(kernel, this.invocation);
    try {
      return await reviewInProcess(kernel, reviewer, records.map(({ id }) => id)); // prettier-ignore
    } finally {
      hold.stop();
      this.forget();
    }
  }

  async preview(call: ProposedCall, { fresh }: CallOptions = {}): Promise<Preview> {
    const mayBeRecorded = !fresh || this.#reasons.has(keyOf(call)) || this.#counts(call);
    const record = mayBeRecorded ? await this.#recordOf(call) : undefined;
    if (!record) return refusedBy(await this.#judged(call)) ?? { status: "runs", args: call.args, recorded: false };
    if (isRefused(record)) return refusal(record);
    return { status: "runs", args: record.approvedArgs ?? record.args, recorded: true };
  }

  async execute<R>(call: ProposedCall, effect: Effect<R>, options: CallOptions & EffectOptions<R> = {}): Promise<Execution<R>> {
    const { kernel } = this.#internals;
    demandLease(kernel, this.invocation);
    const asked = this.#reasons.get(keyOf(call));
    if (!asked && options.fresh) return this.#executeFresh(call, effect, options);
    const recorded = (await this.#recordsOf(call.turnId)).filter(({ callId }) => callId === call.callId);
    if (!asked && recorded.length === 0) return this.#executeFresh(call, effect, options);
    const id = requestIdOf(kernel.ledger.tenant, this.id, call);
    const read = recorded.find((record) => record.id === id);
    if (read) return this.#executeRecorded(read, effect, options);
    // Other arguments than those that were asked about: refused if the policy says so, asked about even if it allows them.
    return refusedBy(await this.#judged(call)) ?? this.#askAndExecute(call, effect, options);
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
    else await release(kernel, this.invocation, { type: "failed", error: "the invocation failed", again: true, counts: true });
  }

  /** The next attempt of the same invocation reads anew what has been decided meanwhile. */
  forget(): void {
    this.#turns.clear();
    this.#taken = undefined;
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
    const changed = { ...options, fresh: false, asked: "its arguments changed after it was asked about" };
    return this.#waits(this.#reasonFor(call, await this.#judged(call), changed));
  }

  #mustAsk(call: ProposedCall, options: WaitOptions): boolean | Promise<boolean> {
    if (this.#counts(call)) return this.#countedWaits(call, options);
    return this.#waits(this.#reasonFor(call, this.#judge(call), options));
  }

  /** Why somebody has to be asked, noted for whatever records it. Undefined: nobody has. */
  #reasonFor(call: ProposedCall, judgement: Judgement, options: WaitOptions): Ask | undefined {
    const { type } = judgement.verdict;
    if (type !== "ask" && (type !== "allow" || options.asked === undefined)) return undefined;
    const ask = this.#askOf(call, judgement, options);
    this.#reasons.set(keyOf(call), ask);
    return ask;
  }

  /** Not if a remembered decision answers the question. Only terms that offer to remember one are worth a look. */
  #waits(ask: Ask | undefined): boolean | Promise<boolean> {
    return ask !== undefined && (rememberable(ask.terms).length === 0 || this.#ungranted(ask));
  }

  async #ungranted(ask: Ask): Promise<boolean> {
    const record = await this.#recordDecided([ask]);
    return record === undefined || record.state === "pending";
  }

  async #countedWaits(call: ProposedCall, options: WaitOptions): Promise<boolean> {
    const found = await this.#counted(call, options);
    return "verdict" in found ? this.#reasonFor(call, found, options) !== undefined : found.state === "pending";
  }

  /**
   * A rule that counts what ran before judges in the commit that records the call, so that of several calls at once each
   * counts those before it. Answers the record, or why there is none: the call is refused, or somebody has to be asked.
   */
  async #counted(call: ProposedCall, options: WaitOptions): Promise<RequestRecord | Judgement> {
    const found: { judgement?: Judgement } = {};
    const record = await this.#recordDecided((recorded) => {
      const judgement = this.#judge(call, recorded);
      found.judgement = judgement;
      const ask = this.#askOf(call, judgement, options);
      if (recorded.some(({ id }) => id === ask.id)) return [ask];
      if (refusedBy(judgement)) return [];
      const allowed = judgement.verdict.type === "allow" && options.asked === undefined;
      return [allowed ? { ...ask, allowed, rule: judgement.rule.name.text, reason: "the policy allows it" } : ask];
    });
    return record ?? found.judgement ?? this.#judge(call);
  }

  #counts(call: CallOf): boolean {
    return countsHistory(this.#internals.kernel.policy.versionFor(call), call);
  }

  #checked(call: CallOf): CheckedCall {
    const { agent, requestedBy, context } = this.invocation;
    return { namespace: call.namespace, tool: call.tool, args: call.args, threadId: this.id, agent, requestedBy, context };
  }

  /** `recorded`: all requests of the thread, for a rule that counts them. */
  #judge(call: ProposedCall, recorded?: readonly RequestRecord[]): Judgement {
    const { ledger, policy } = this.#internals.kernel;
    const history = recorded && pastCalls(recorded, requestIdOf(ledger.tenant, this.id, call));
    return policy.judge({ ...this.#checked(call), history });
  }

  async #judged(call: ProposedCall): Promise<Judgement> {
    return this.#judge(call, this.#counts(call) ? await this.#internals.kernel.ledger.ofThread(this.id) : undefined);
  }

  #askOf(call: ProposedCall, { verdict, by }: Judgement, { fresh, asked, argsSchema, decisions }: WaitOptions): Ask {
    const { ledger } = this.#internals.kernel;
    const rule = ruleOf(by, call);
    const digest = digestOf(call);
    const native = asked ?? "the adapter asks";
    const terms = verdict.type === "ask" ? verdict.terms : rule.terms;
    const asks = verdict.type === "ask" || (verdict.type === "allow" && asked !== undefined);
    return {
      id: requestIdOf(ledger.tenant, this.id, call, digest),
      digest,
      call,
      rule: verdict.type === "ask" ? verdict.rule : "native",
      reason: verdict.type === "ask" ? (asked ? `${verdict.reason}; ${asked}` : verdict.reason) : native,
      terms: asks ? offered(call.tool, terms, decisions) : terms,
      idempotent: rule.idempotent,
      argsSchema: rule.argsSchema ?? argsSchema,
      redact: redactionOf(by, call),
      policyHash: by.hash,
      allowed: false,
      ticket: false,
      parent: runningCall.getStore()?.requestId,
      fresh,
    };
  }

  async #recordOf(call: ProposedCall): Promise<RequestRecord | undefined> {
    const id = requestIdOf(this.#internals.kernel.ledger.tenant, this.id, call);
    return (await this.#recordsOf(call.turnId)).find((record) => record.id === id);
  }

  #recordsOf(turnId: string): Promise<readonly RequestRecord[]> {
    const known = this.#turns.get(turnId);
    if (known) return known;
    const taken = this.#taken?.filter((record) => record.turnId === turnId);
    const records = taken ? Promise.resolve(taken) : this.#internals.kernel.ledger.ofTurn(this.id, turnId);
    this.#turns.set(turnId, records);
    records.catch(() => this.#turns.delete(turnId));
    return records;
  }

  async #record(calls: readonly ProposedCall[], continuation: Continuation | null, ends = false): Promise<Suspension> {
    const { kernel } = this.#internals;
    demandLease(kernel, this.invocation);
    const asks = await Promise.all(calls.map((call) => this.#askFor(call)));
    const suspension = await suspend(kernel, this.invocation, asks, continuation, { ends });
    for (const ask of asks) {
      this.#reasons.set(keyOf(ask.call), ask);
      this.invocation.declared.add(ask.id);
    }
    this.forget();
    return suspension;
  }

  /** Undefined: nothing of it is decided at once, and so nothing is recorded. */
  async #recordDecided(asking: readonly Ask[] | Counting): Promise<RequestRecord | undefined> {
    const { kernel } = this.#internals;
    demandLease(kernel, this.invocation);
    const [record] = (await suspend(kernel, this.invocation, asking, null, { decidedOnly: true })).records;
    if (!record) return undefined;
    this.invocation.declared.add(record.id);
    this.forget();
    return record;
  }

  /** The reason found earlier; for a call that is recorded already any reason will do. */
  async #askFor(call: ProposedCall): Promise<Ask> {
    const known = this.#reasons.get(keyOf(call));
    const digest = digestOf(call);
    if (known?.digest === digest) return known;
    const judgement = await this.#judged(call);
    const { verdict } = judgement;
    const ask = this.#askOf(call, judgement, {});
    if (verdict.type === "ask" || verdict.type === "allow") return ask;
    if ((await this.#recordsOf(call.turnId)).some(({ id }) => id === ask.id)) return ask;
    if (verdict.type === "deny") throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason: verdict.reason });
    throw new CountersignError("INVALID_ARGS", { issues: verdict.issues });
  }

  async #executeFresh<R>(call: ProposedCall, effect: Effect<R>, options: EffectOptions<R>): Promise<Execution<R>> {
    const found = this.#counts(call) ? await this.#counted(call, {}) : this.#judge(call);
    if (!("verdict" in found)) return this.#executeRecorded(found, effect, options);
    const refused = refusedBy(found);
    if (refused) return refused;
    return found.verdict.type === "allow" ? this.#runAllowed(call, found, effect) : this.#askAndExecute(call, effect, options);
  }

  /** The policy allows it: the framework's business, neither recorded nor guarded against a replay. */
  async #runAllowed<R>(call: ProposedCall, { by }: Judgement, effect: Effect<R>): Promise<Execution<R>> {
    const { ledger, brake } = this.#internals.kernel;
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
    const { requestId, met = {} } = runningCall.getStore() ?? {};
    brake.demand({ namespace: call.namespace, tool: call.tool, agent: this.invocation.agent });
    // Reading a restored turn may have taken longer than the lease.
    demandLease(this.#internals.kernel, this.invocation);
    tellAllowed(this.#internals.kernel, this.invocation, call, by);
    const result = await runningCall.run({ context, requestId, met }, () => effect(call.args, context));
    return { status: "ran", result, args: call.args, notice: undefined, replayed: false };
  }

  /** Whatever led around the pause ends here. */
  async #askAndExecute<R>(call: ProposedCall, effect: Effect<R>, options: EffectOptions<R>): Promise<Execution<R>> {
    const [record] = (await this.#record([call], null)).records;
    if (!record) throw new CountersignError("NOT_APPROVED", { request: undefined });
    if (record.state === "pending") await this.review([call]);
    return this.#executeRecorded(record, effect, options);
  }

  #executeRecorded<R>(read: RequestRecord, effect: Effect<R>, options: EffectOptions<R>): Promise<Execution<R>> {
    const { kernel } = this.#internals;
    this.invocation.declared.add(read.id);
    const { fence, signal } = this.invocation;
    const executor = { fence, read, signal, demandLease: () => demandLease(kernel, this.invocation) };
    return executeRecorded(kernel, read.id, executor, effect, options);
  }
}

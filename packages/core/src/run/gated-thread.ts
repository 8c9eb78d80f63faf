import { requestIdOf } from "../canonical/json.ts";
import type { ProposedCall } from "../contract/call.ts";
import type { Continuation } from "../contract/continuation.ts";
import type { Effect, EffectOptions, Execution, Preview, Refused } from "../contract/execution.ts";
import type { Approval, ThreadInfo } from "../contract/gate.ts";
import type { Principal } from "../contract/principal.ts";
import type { Issue, JsonObject } from "../contract/json.ts";
import { masked } from "../contract/mask.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { CallOptions, ShownRequest, Thread, WaitOptions } from "../contract/thread.ts";
import { expireIfOverdue } from "../decide/deadline.ts";
import { reviewInProcess } from "../decide/review.ts";
import { CountersignError } from "../errors/error.ts";
import { InvalidCalls } from "../gate/invalid-calls.ts";
import type { JudgedCall } from "../gate/judge.ts";
import { noSuchTool, refusedBy } from "../gate/refusal.ts";
import { OpenHold } from "../hold/hold.ts";
import type { Invocation } from "../hold/invocation.ts";
import { demandLease, keepHold } from "../hold/lease.ts";
import type { GatingInternals } from "../kernel.ts";
import { toRequest } from "../ledger/to-request.ts";
import { redactionOf } from "../policy/find.ts";
import { executeRecorded } from "../resume/execute.ts";
import { isRefused, refusal } from "../resume/told.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";
import { decodeContinuation, refuseOtherFramework } from "../suspend/continuation.ts";
import { isCancellable } from "../suspend/withdraw.ts";
import { runAllowed } from "./allowed.ts";
import { askTicket } from "./by-hand.ts";
import { principalOf } from "./input.ts";
import { Questions } from "./questions.ts";
import { release } from "./release.ts";
import { Turns } from "./turns.ts";

/** The gate around one invocation's calls. */
export class GatedThread implements Thread {
  readonly id: string;
  readonly invocation: Invocation;
  readonly #internals: GatingInternals;
  readonly #signal: AbortSignal | undefined;
  readonly #turns: Turns;
  readonly #questions: Questions;
  readonly #invalid: InvalidCalls;

  /** `taken`: what was under way in the thread when this invocation took it. `signal`: calls the run off. */
  constructor(
    internals: GatingInternals,
    invocation: Invocation,
    { taken, signal }: { readonly taken?: readonly RequestRecord[] | undefined; readonly signal?: AbortSignal } = {},
  ) {
    this.id = invocation.threadId;
    this.invocation = invocation;
    this.#internals = internals;
    this.#signal = signal;
    this.#turns = new Turns(internals.kernel.ledger, invocation.threadId, taken);
    this.#questions = new Questions(internals.kernel, invocation, this.#turns);
    this.#invalid = new InvalidCalls(internals.kernel, invocation);
  }

  get requestedBy(): Principal | undefined {
    return this.invocation.requestedBy;
  }

  get context(): unknown {
    return this.invocation.context;
  }

  async pending(calls: readonly ProposedCall[]): Promise<readonly ApprovalRequest[]> {
    // As they are now: an application's own loop asks this of one thread before and after people have decided.
    const turns = new Turns(this.#internals.kernel.ledger, this.id, undefined);
    const records = await Promise.all(calls.map((call) => turns.record(call)));
    return records.flatMap((record) => (record?.state === "pending" ? [toRequest(record)] : []));
  }

  shown(call: Pick<ProposedCall, "namespace" | "tool" | "args">): JsonObject {
    return masked(call.args, redactionOf(this.#internals.kernel.policy.versionFor(call), call));
  }

  async unexecuted(): Promise<readonly ApprovalRequest[]> {
    return (await this.#turns.underWay()).filter(isCancellable).map(toRequest);
  }

  async restore(): Promise<Continuation | null> {
    const record = await this.#internals.kernel.ledger.thread(this.id);
    if (record && record.framework !== "none") refuseOtherFramework(record.framework, this.invocation.framework);
    if (this.invocation.hold instanceof OpenHold) this.invocation.hold.pin(record?.fence ?? 0);
    return record ? decodeContinuation(record.continuation, record.framework) : null;
  }

  async recorded(call: ProposedCall): Promise<ApprovalRequest | undefined> {
    const record = await this.#turns.record(call);
    return record && toRequest(record);
  }

  decidedByPolicy(call: JudgedCall): boolean {
    return !this.#questions.counts(call) && this.#questions.judge(call).verdict.type !== "ask";
  }

  mustWait(call: ProposedCall, options: WaitOptions = {}): boolean | Promise<boolean> {
    const isNew = options.fresh && !this.#questions.has(call);
    return isNew ? this.#questions.waits(call, options) : this.#restoredWaits(call, options);
  }

  async questions(calls: readonly ProposedCall[]): Promise<readonly ShownRequest[]> {
    return (await this.#questions.drafts(calls)).map(toRequest);
  }

  async suspend(calls: readonly ProposedCall[], continuation: Continuation | null): Promise<readonly ApprovalRequest[]> {
    const { records } = await this.#questions.record(calls, continuation);
    return records.map(toRequest);
  }

  async save(continuation: Continuation): Promise<void> {
    await this.#questions.record([], continuation);
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
    const { records, waiting } = await this.#questions.record(calls, continuation, !this.#internals.reviewer);
    return { ids: records.map(({ id }) => id), waiting };
  }

  async review(calls: readonly ProposedCall[]): Promise<boolean> {
    const { kernel, reviewer } = this.#internals;
    if (!reviewer) return true;
    const { records } = await this.#questions.record(calls, null);
    const hold = keepHold(kernel, this.invocation);
    try {
      return await reviewInProcess(kernel, reviewer, records.map(({ id }) => id)); // prettier-ignore
    } finally {
      hold.stop();
      this.#turns.forget();
    }
  }

  async preview(call: ProposedCall, { fresh }: CallOptions = {}): Promise<Preview> {
    const mayBeRecorded = !fresh || this.#questions.has(call) || this.#questions.counts(call);
    const record = mayBeRecorded ? await this.#turns.record(call) : undefined;
    if (!record) return (await this.#refused(call, true)) ?? { status: "runs", args: call.args, recorded: false };
    if (isRefused(record)) return refusal(record);
    return { status: "runs", args: proposedArgs(record), recorded: true };
  }

  async execute<R>(call: ProposedCall, effect: Effect<R> | undefined, options: CallOptions & EffectOptions<R> = {}): Promise<Execution<R>> {
    const { kernel } = this.#internals;
    demandLease(kernel, this.invocation);
    const asked = this.#questions.has(call);
    const recorded = !asked && options.fresh ? [] : await this.#turns.ofCall(call);
    if (!asked && recorded.length === 0) return this.#executeNew(call, effect, options);
    const id = requestIdOf(kernel.ledger.tenant, this.id, call);
    const read = recorded.find((record) => record.id === id);
    if (read) return this.#executeRecorded(read, effect, options);
    // Other arguments than those that were asked about: refused if the policy says so, asked about even if it allows them.
    return (await this.#refused(call)) ?? this.#askAndExecute(call, effect, options);
  }

  unreadable(call: Pick<ProposedCall, "namespace" | "tool">, issues: readonly Issue[]): void {
    this.#invalid.tell(call, issues);
  }

  /** `ahead`: the call itself is still to come. */
  async #refused(call: ProposedCall, ahead = false): Promise<Refused | undefined> {
    const judgement = await this.#questions.judged(call);
    this.#invalid.judged(call, judgement, { ahead });
    return refusedBy(judgement);
  }

  async ask(call: ProposedCall, { requestedBy }: ThreadInfo = {}): Promise<Approval> {
    demandLease(this.#internals.kernel, this.invocation);
    return askTicket(this.#internals, this.invocation, call, principalOf(requestedBy));
  }

  async release(outcome: "completed" | "suspended" | "failed"): Promise<void> {
    const { kernel } = this.#internals;
    if (outcome === "completed") await release(kernel, this.invocation, { type: "completed", outcome: undefined, continuation: undefined });
    else if (outcome === "suspended") await release(kernel, this.invocation, { type: "suspended", elsewhere: false });
    else await release(kernel, this.invocation, { type: "failed", error: "the invocation failed", again: true, counts: true });
  }

  /** The next attempt of the same invocation reads anew what has been decided meanwhile. */
  forget(): void {
    this.#turns.forget();
  }

  async #restoredWaits(call: ProposedCall, options: WaitOptions): Promise<boolean> {
    const { kernel } = this.#internals;
    const recorded = await this.#turns.ofCall(call);
    if (recorded.length === 0) return this.#questions.waits(call, options);
    const id = requestIdOf(kernel.ledger.tenant, this.id, call);
    const record = recorded.find((candidate) => candidate.id === id);
    if (record) {
      this.invocation.declared.add(id);
      return record.state === "pending" && (await expireIfOverdue(kernel, id)).state === "pending";
    }
    const changed = { ...options, fresh: false, frameworkAsks: "its arguments changed after it was asked about" };
    return this.#questions.asks(call, await this.#questions.judged(call), changed);
  }

  async #executeNew<R>(call: ProposedCall, effect: Effect<R> | undefined, options: EffectOptions<R>): Promise<Execution<R>> {
    const finding = this.#questions.found(call);
    // What is judged at once runs at once: in between, somebody could change the arguments in place.
    const found = finding instanceof Promise ? await finding : finding;
    if (!("verdict" in found)) return this.#executeRecorded(found, effect, options);
    const refused = refusedBy(found);
    this.#invalid.judged(call, found);
    if (refused || !effect) return refused ?? noSuchTool(call.tool);
    if (found.verdict.type !== "allow") return this.#askAndExecute(call, effect, options);
    return runAllowed(this.#internals.kernel, this.invocation, call, found.by, effect, options);
  }

  /** Whatever led around the pause ends here. */
  async #askAndExecute<R>(call: ProposedCall, effect: Effect<R> | undefined, options: EffectOptions<R>): Promise<Execution<R>> {
    const [record] = (await this.#questions.record([call], null)).records;
    if (!record) throw new CountersignError("NOT_APPROVED", { request: undefined });
    if (record.state === "pending") await this.review([call]);
    return this.#executeRecorded(record, effect, options);
  }

  async #executeRecorded<R>(read: RequestRecord, effect: Effect<R> | undefined, options: EffectOptions<R>): Promise<Execution<R>> {
    const { kernel } = this.#internals;
    this.invocation.declared.add(read.id);
    const { hold, context } = this.invocation;
    const executor = { fence: hold.fence, context, read, signal: this.#signal, demandLease: () => demandLease(kernel, this.invocation) };
    return this.#seen(read.id, await executeRecorded(kernel, read.id, executor, effect, options));
  }

  #seen<R>(id: string, execution: Execution<R>): Execution<R> {
    if (execution.status !== "pending") this.invocation.unfinished?.delete(id);
    return execution;
  }
}

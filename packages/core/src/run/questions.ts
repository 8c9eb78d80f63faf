import { digestOf, jsonCopy } from "../canonical/json.ts";
import type { ProposedCall } from "../contract/call.ts";
import type { Continuation } from "../contract/continuation.ts";
import { rememberable } from "../contract/terms.ts";
import type { WaitOptions } from "../contract/thread.ts";
import { CountersignError } from "../errors/error.ts";
import { Judge, type JudgedCall } from "../gate/judge.ts";
import { mustAsk, questionOn, type Question } from "../gate/question.ts";
import { refusedBy } from "../gate/refusal.ts";
import type { Invocation } from "../hold/invocation.ts";
import { demandLease } from "../hold/lease.ts";
import type { GatingKernel } from "../kernel.ts";
import type { WithSchema } from "../ledger/to-request.ts";
import type { Judgement } from "../policy/check.ts";
import { runningCall } from "../resume/current-call.ts";
import type { RequestRecord } from "../store/records.ts";
import { newRequest } from "../suspend/ask.ts";
import { refuseDuplicates, suspend, type Counting, type Suspension } from "../suspend/suspend.ts";
import type { Turns } from "./turns.ts";

const keyOf = ({ turnId, callId }: ProposedCall): string => JSON.stringify([turnId, callId]);

/** What one invocation asks: found out once for each call, and recorded. */
export class Questions {
  readonly #kernel: GatingKernel;
  readonly #invocation: Invocation;
  readonly #turns: Turns;
  readonly #judge: Judge;
  /** Found when somebody wanted to know whether the call waits, and recorded later. */
  readonly #found = new Map<string, Question>();

  constructor(kernel: GatingKernel, invocation: Invocation, turns: Turns) {
    this.#kernel = kernel;
    this.#invocation = invocation;
    this.#turns = turns;
    this.#judge = new Judge(kernel, invocation);
  }

  has(call: ProposedCall): boolean {
    return this.#found.size > 0 && this.#found.has(keyOf(call));
  }

  /** Does the verdict on this call depend on what ran in the thread before? */
  counts(call: JudgedCall): boolean {
    return this.#judge.counts(call);
  }

  judge(call: JudgedCall): Judgement {
    return this.#judge.judge(call);
  }

  /** Must a call wait of which nothing is recorded? */
  waits(call: ProposedCall, options: WaitOptions): boolean | Promise<boolean> {
    // What the policy has to count for, every framework has to stop for.
    return this.#judge.counts(call)
      ? this.#countedWaits(call, { ...options, frameworkStopped: undefined })
      : this.asks(call, this.#judge.judge(call), options);
  }

  /** Not if a remembered decision answers the question. Only terms that offer to remember one are worth a look. */
  asks(call: ProposedCall, judgement: Judgement, options: WaitOptions): boolean | Promise<boolean> {
    if (!mustAsk(judgement, options)) return false;
    const question = this.#question(call, judgement, options);
    this.#found.set(keyOf(call), question);
    return rememberable(question.terms).length === 0 || this.#ungranted(question);
  }

  async #ungranted(question: Question): Promise<boolean> {
    const record = await this.#recordDecided([question]);
    if (record) this.#judge.forget(question.call);
    return record === undefined || record.state === "pending";
  }

  async #countedWaits(call: ProposedCall, options: WaitOptions): Promise<boolean> {
    const found = await this.#counted(call, options);
    if (!("verdict" in found)) return found.state === "pending";
    if (!mustAsk(found, options)) return false;
    this.#found.set(keyOf(call), this.#question(call, found, options));
    return true;
  }

  /**
   * A rule that counts what ran before judges in the commit that records the call, so that of several calls at once each
   * counts those before it. Answers the record, or why there is none: the call is refused, or somebody has to be asked.
   */
  async #counted(proposed: ProposedCall, options: WaitOptions): Promise<RequestRecord | Judgement> {
    // What is judged is what is recorded, whatever becomes of the framework's own meanwhile.
    const call = { ...proposed, args: jsonCopy(proposed.args) };
    const found: { judgement?: Judgement } = {};
    const { ledger } = this.#kernel;
    const record = await this.#recordDecided(async (thread) => {
      const [judgement, existing] = await Promise.all([
        this.#judge.judgeAfter(call, ledger, thread),
        ledger.ofTurn(this.#invocation.threadId, call.turnId),
      ]);
      found.judgement = judgement;
      const question = this.#question(call, judgement, options, true);
      const isRefused = refusedBy(judgement) && !existing.some(({ id }) => id === question.id);
      return { existing, asks: isRefused ? [] : [question] };
    });
    return record ?? found.judgement ?? this.#judge.judge(call);
  }

  /** Before a call is executed of which nothing is known: its record, if a rule that counts makes one, or the verdict. */
  found(call: ProposedCall): Promise<RequestRecord | Judgement> | Judgement {
    return this.#judge.counts(call) ? this.#counted(call, {}) : this.#judge.conclude(call);
  }

  async judged(call: ProposedCall): Promise<Judgement> {
    if (!this.#judge.counts(call)) return this.#judge.judge(call);
    const { hold, threadId } = this.#invocation;
    const { ledger } = this.#kernel;
    return this.#judge.judgeAfter(call, ledger, hold.written ?? (await ledger.thread(threadId)));
  }

  #question(call: ProposedCall, judgement: Judgement, options: WaitOptions, recordsAllowed = false): Question {
    const { tenant } = this.#kernel.ledger;
    const parent = runningCall.getStore()?.requestId;
    return questionOn(call, judgement, { ...options, tenant, threadId: this.#invocation.threadId, parent, recordsAllowed });
  }

  /** The requests of these calls, as they are recorded already or as far as they are known before. @throws DUPLICATE_CALL */
  async drafts(calls: readonly ProposedCall[]): Promise<readonly WithSchema[]> {
    const questions = await Promise.all(calls.map((call) => this.#questionFor(call)));
    refuseDuplicates(questions);
    return Promise.all(questions.map((question) => this.#draft(question)));
  }

  async #draft(question: Question): Promise<WithSchema> {
    const recorded = question.fresh ? [] : await this.#turns.ofCall(question.call);
    const found = recorded.find(({ id }) => id === question.id);
    const ancestry = { supersedes: recorded.at(-1), revises: undefined, parsed: undefined };
    return found ?? newRequest(this.#kernel.ledger.tenant, this.#invocation, question, ancestry, this.#kernel.clock());
  }

  async record(calls: readonly ProposedCall[], continuation: Continuation | null, ends = false): Promise<Suspension> {
    demandLease(this.#kernel, this.#invocation);
    const questions = await Promise.all(calls.map((call) => this.#questionFor(call)));
    const suspension = await suspend(this.#kernel, this.#invocation, questions, continuation, { ends });
    for (const question of questions) {
      this.#found.set(keyOf(question.call), question);
      this.#declare(question);
    }
    this.#turns.forget();
    return suspension;
  }

  /** Undefined: nothing of it is decided at once, and so nothing is recorded. */
  async #recordDecided(asking: readonly Question[] | Counting): Promise<RequestRecord | undefined> {
    demandLease(this.#kernel, this.#invocation);
    const [record] = (await suspend(this.#kernel, this.#invocation, asking, null, { decidedOnly: true })).records;
    if (!record) return undefined;
    this.#invocation.declared.add(record.id);
    this.#turns.forget();
    return record;
  }

  #declare({ id, call }: Question): void {
    this.#invocation.declared.add(id);
    this.#judge.forget(call);
  }

  /** The question found earlier; for a call that is recorded already any reason will do. */
  async #questionFor(call: ProposedCall): Promise<Question> {
    const known = this.#found.get(keyOf(call));
    if (known?.digest === digestOf(call)) return known;
    const judgement = await this.judged(call);
    const { verdict } = judgement;
    const question = this.#question(call, judgement, {});
    if (verdict.type === "ask" || verdict.type === "allow" || (await this.#turns.record(call))) return question;
    if (verdict.type === "deny") throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason: verdict.reason });
    throw new CountersignError("INVALID_ARGS", { issues: verdict.issues });
  }
}

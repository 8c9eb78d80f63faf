import { firstNonJson, requestIdOf } from "../canonical/json.ts";
import type { ProposedCall } from "../contract/call.ts";
import type { JsonObject } from "../contract/json.ts";
import type { Principal } from "../contract/principal.ts";
import { countedIn, type Invocation } from "../hold/invocation.ts";
import { judgeCounting } from "../ledger/counted.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Judgement } from "../policy/check.ts";
import { countsHistory } from "../policy/find.ts";
import { pastCalls } from "../policy/history.ts";
import type { PolicyInternals } from "../policy/policy.ts";
import type { ThreadRecord } from "../store/records.ts";
import { isStill, snapshotOf } from "./snapshot.ts";

/** A call as the policy sees it: a framework's hook may not know its turn yet. */
export type JudgedCall = Omit<ProposedCall, "turnId">;

/** More calls than one invocation has under way. A framework may ask about a call and never run it. */
const KEPT = 1_000;

/** A verdict, and the call as it was then. */
interface Said {
  readonly call: JudgedCall;
  readonly judgement: Judgement;
}

/** Nobody can sign what JSON can't carry, such as text with half a character in it: then the model has to say it again. */
function signable(judgement: Judgement, { args }: JudgedCall): Judgement {
  const bad = judgement.verdict.type === "ask" ? firstNonJson(args) : undefined;
  if (!bad) return judgement;
  return { ...judgement, verdict: { type: "invalid", issues: [{ path: bad, message: "JSON has no word for this" }] } };
}

/** The policy as one invocation asks it: once about each call, however many hooks the framework has. */
export class Judge {
  readonly #policy: PolicyInternals;
  readonly #invocation: Invocation;
  readonly #requestedBy: Principal | undefined;
  readonly #clock: () => number;
  /** When a call that is counted anew with each look was first looked at, by its request's id. */
  readonly #seen = new Map<string, number>();
  /** What was said of calls that have neither run nor been recorded yet, by their ids. */
  readonly #said = new Map<string, readonly Said[]>();

  /** @param requestedBy who asks, where it is not whoever started the run */
  constructor(
    { policy, clock }: { readonly policy: PolicyInternals; readonly clock: () => number },
    invocation: Invocation,
    requestedBy: Principal | undefined = invocation.requestedBy,
  ) {
    this.#policy = policy;
    this.#clock = clock;
    this.#invocation = invocation;
    this.#requestedBy = requestedBy;
  }

  /** Does the verdict on this call depend on what ran in the thread before? */
  counts(call: JudgedCall): boolean {
    return countsHistory(this.#policy.versionFor(call), call);
  }

  /** By the call alone. A rule that counts finds that it can't, and holds. */
  judge(call: JudgedCall): Judgement {
    const known = this.#find(call);
    if (known) return known.judgement;
    const before = snapshotOf(call.args);
    const judgement = signable(this.#policy.judge(this.#checked(call)), call);
    this.#keep(call, before, judgement);
    return judgement;
  }

  /** The same, for the last time: unless somebody has to be asked, the call is about to run or is refused. */
  conclude(call: JudgedCall): Judgement {
    const known = this.#find(call);
    const judgement = known?.judgement ?? signable(this.#policy.judge(this.#checked(call)), call);
    const asks = judgement.verdict.type === "ask";
    if (known && !asks) this.#drop(known);
    if (!known && asks) this.#keep(call, snapshotOf(call.args), judgement);
    return judgement;
  }

  /** After what is recorded of its thread by now: each look counts anew. What it finds out is kept with the next write of the thread. */
  async judgeAfter(call: ProposedCall, ledger: Ledger, thread: ThreadRecord | undefined): Promise<Judgement> {
    const invocation = this.#invocation;
    const id = requestIdOf(ledger.tenant, invocation.threadId, call);
    const checked = { ...this.#checked(call), now: this.#firstLookAt(id) };
    const { judgement, counted } = await judgeCounting(ledger, invocation.threadId, countedIn(invocation, thread), ({ requests, totals }) =>
      signable(this.#policy.judge({ ...checked, history: pastCalls(requests, id), totals }), call),
    );
    invocation.counted = { at: thread?.version ?? 0, calls: counted };
    return judgement;
  }

  /** The call runs, or is on record: if a model makes the same one again, that is another. */
  forget(call: JudgedCall): void {
    const known = this.#find(call);
    if (known) this.#drop(known);
  }

  /** A call of one model response has an id of its own there, and other arguments make it another call. */
  #find({ callId, namespace, tool, args }: JudgedCall): Said | undefined {
    return this.#said.get(callId)?.find(({ call }) => call.tool === tool && call.namespace === namespace && isStill(call.args, args));
  }

  #keep(call: JudgedCall, args: JsonObject | undefined, judgement: Judgement): void {
    if (!args) return;
    if (this.#said.size >= KEPT) this.#said.clear();
    this.#said.set(call.callId, [...(this.#said.get(call.callId) ?? []), { call: { ...call, args }, judgement }]);
  }

  #drop(said: Said): void {
    const { callId } = said.call;
    const others = this.#said.get(callId)?.filter((each) => each !== said) ?? [];
    if (others.length > 0) this.#said.set(callId, others);
    else this.#said.delete(callId);
  }

  #firstLookAt(id: string): number {
    const at = this.#seen.get(id) ?? this.#clock();
    if (this.#seen.size >= KEPT) this.#seen.clear();
    this.#seen.set(id, at);
    return at;
  }

  #checked({ namespace, tool, args }: JudgedCall) {
    const { threadId, agent, context } = this.#invocation;
    return { namespace, tool, args, threadId, agent, requestedBy: this.#requestedBy, context, now: this.#clock() };
  }
}

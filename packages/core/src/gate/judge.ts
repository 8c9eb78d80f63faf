import { requestIdOf } from "../canonical/json.ts";
import type { ProposedCall } from "../contract/call.ts";
import type { Principal } from "../contract/principal.ts";
import { countedIn, type Invocation } from "../hold/invocation.ts";
import { judgeCounting } from "../ledger/counted.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { countsHistory, type Judgement } from "../policy/check.ts";
import { pastCalls } from "../policy/history.ts";
import type { PolicyInternals } from "../policy/policy.ts";
import type { ThreadRecord } from "../store/records.ts";

/** A call as the policy sees it: a framework's hook may not know its turn yet. */
export type JudgedCall = Omit<ProposedCall, "turnId">;

/** The policy as one invocation asks it: once about each call, however many hooks the framework has. */
export class Judge {
  readonly #policy: PolicyInternals;
  readonly #invocation: Invocation;
  readonly #requestedBy: Principal | undefined;
  /** What was said of calls that have neither run nor been recorded yet. */
  readonly #said = new Map<string, Judgement>();

  /** @param requestedBy who asks, where it is not whoever started the run */
  constructor(policy: PolicyInternals, invocation: Invocation, requestedBy: Principal | undefined = invocation.requestedBy) {
    this.#policy = policy;
    this.#invocation = invocation;
    this.#requestedBy = requestedBy;
  }

  /** Does the verdict on this call depend on what ran in the thread before? */
  counts(call: JudgedCall): boolean {
    return countsHistory(this.#policy.versionFor(call), call);
  }

  /** By the call alone. A rule that counts finds that it can't, and holds. */
  judge(call: JudgedCall): Judgement {
    const key = keyOf(call);
    const judgement = this.#look(key, call);
    this.#keep(key, judgement);
    return judgement;
  }

  /** The same, for the last time: unless somebody has to be asked, the call is about to run or is refused. */
  conclude(call: JudgedCall): Judgement {
    // Where no hook has asked before there is nothing to find: an allowed call isn't made slower by it.
    const key = this.#said.size > 0 ? keyOf(call) : undefined;
    const judgement = this.#look(key, call);
    if (judgement.verdict.type === "ask") this.#keep(key ?? keyOf(call), judgement);
    else if (key !== undefined) this.#said.delete(key);
    return judgement;
  }

  /** After what is recorded of its thread by now: each look counts anew. What it finds out is kept with the next write of the thread. */
  async judgeAfter(call: ProposedCall, ledger: Ledger, thread: ThreadRecord | undefined): Promise<Judgement> {
    const invocation = this.#invocation;
    const id = requestIdOf(ledger.tenant, invocation.threadId, call);
    const checked = this.#checked(call);
    const { judgement, counted } = await judgeCounting(ledger, invocation.threadId, countedIn(invocation, thread), ({ requests, totals }) =>
      this.#policy.judge({ ...checked, history: pastCalls(requests, id), totals }),
    );
    invocation.counted = { at: thread?.version ?? 0, calls: counted };
    return judgement;
  }

  /** The call runs, or is on record: if a model makes the same one again, that is another. */
  forget(call: JudgedCall): void {
    this.#said.delete(keyOf(call) ?? "");
  }

  #look(key: string | undefined, call: JudgedCall): Judgement {
    const known = key === undefined ? undefined : this.#said.get(key);
    return known ?? this.#policy.judge(this.#checked(call));
  }

  #keep(key: string | undefined, judgement: Judgement): void {
    if (key !== undefined) this.#said.set(key, judgement);
  }

  #checked({ namespace, tool, args }: JudgedCall) {
    const { threadId, agent, context } = this.#invocation;
    return { namespace, tool, args, threadId, agent, requestedBy: this.#requestedBy, context };
  }
}

/** A call of one model response has an id of its own there, and other arguments make it another call. Undefined: no JSON. */
function keyOf({ callId, namespace, tool, args }: JudgedCall): string | undefined {
  try {
    return JSON.stringify([callId, namespace, tool, args]);
  } catch {
    return undefined;
  }
}

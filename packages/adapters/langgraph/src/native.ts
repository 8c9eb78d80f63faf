import { CountersignError, type ApprovalRequest, type Decision, type Gate, type Principal, type Seen } from "@countersign/core";
import { proposedArgs, type DecideNative } from "@countersign/core/adapter";
import { isCommand, type Command } from "@langchain/langgraph";
import { decisionOf, type Refuse } from "./native-answer.ts";

/** An answer, and which request it is about. Without a digest: the arguments as the pause showed them. */
interface Addressed {
  readonly id: string;
  readonly digest?: string | undefined;
  readonly answer: unknown;
}

/**
 * An existing UI's own answer, accepted as decisions by an authenticated person: the `Command({ resume })` that it would
 * have given to the graph. Give it here instead, then wake the graph with `invoke(null, config)` or `runner.resume`.
 * Known forms: LangChain's `HITLResponse`, Agent Inbox's `HumanResponse[]`, and a map from our request ids to either.
 * All answers are checked before the first is recorded.
 * @example await decideNative(gate, new Command({ resume: { decisions } }), { threadId, by, positional: { shown } })
 * @throws NATIVE_REFUSED for stale, contradictory, miscounted or unknown answers, with the pause unchanged; and what
 * `gate.decide` throws
 */
// oxlint-disable typescript/no-explicit-any -- LangGraph's Command has no other spelling for "whatever it carries"
export const decideNative: DecideNative<
  Command<any, any, any>,
  // oxlint-enable typescript/no-explicit-any
  {
    /** Positional answers (HITLResponse, HumanResponse[]) carry no ids: accepted only for exactly the requests that were shown, in that order. */
    readonly positional?: { readonly shown: readonly Seen[] } | undefined;
  }
> = async (gate, native, { threadId, by, via = "langgraph", positional }) => {
  const refuse: Refuse = (reason) => {
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason });
  };
  const addressed = await addressedIn(gate, resumeOf(native, refuse), positional?.shown, refuse);
  if (new Set(addressed.map(({ id }) => id)).size < addressed.length) refuse("it answers one request twice");
  const checked = await Promise.all(addressed.map((one) => check(gate, threadId, by, one, refuse)));
  const decided: ApprovalRequest[] = [];
  for (const { seen, decision } of checked) decided.push(await gate.decide(seen, decision, { by, via }));
  return decided;
};

function resumeOf(native: unknown, refuse: Refuse): unknown {
  if (!isCommand(native)) return refuse("it is no Command");
  const { resume, update, goto } = native;
  const moves = Array.isArray(goto) ? goto.length > 0 : goto !== undefined;
  if (update !== undefined || moves) return refuse("besides answering it changes the graph's state");
  return resume;
}

async function addressedIn(gate: Gate, resume: unknown, shown: readonly Seen[] | undefined, refuse: Refuse): Promise<readonly Addressed[]> {
  if (!isIdMap(resume)) return byPosition(listOf(resume, refuse), shown, refuse);
  const entries = Object.entries(resume);
  const known = await Promise.all(entries.map(async ([id]) => (await gate.get(id)) !== undefined));
  const [only] = entries;
  // The key may be LangGraph's id of a pause that asks about several calls.
  if (only && entries.length === 1 && !known[0]) return byPosition(listOf(only[1], refuse), shown, refuse);
  return entries.map(([id, answer], index) => {
    if (!known[index]) return refuse(`there is no request ${id}`);
    const list = listOf(answer, refuse);
    return list.length === 1 ? { id, answer: list[0] } : refuse(`it answers request ${id} ${list.length} times`);
  });
}

function byPosition(answers: readonly unknown[], shown: readonly Seen[] | undefined, refuse: Refuse): readonly Addressed[] {
  if (!shown) return refuse("it names no requests: pass positional.shown, the requests that were looked at, in their order");
  if (answers.length !== shown.length) return refuse(`${answers.length} answers for the ${shown.length} requests that were shown`);
  return shown.map((seen, index) => ({
    id: seen.id,
    digest: "digest" in seen ? seen.digest : seen.proposal.digest,
    answer: answers[index],
  }));
}

function isIdMap(resume: unknown): resume is Readonly<Record<string, unknown>> {
  if (typeof resume !== "object" || resume === null || Array.isArray(resume)) return false;
  const keys = Object.keys(resume);
  return keys.length > 0 && keys.every((key) => /^[0-9a-f]{32}$/.test(key));
}

function listOf(answer: unknown, refuse: Refuse): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  if (typeof answer !== "object" || answer === null) return refuse(`a bare ${typeof answer} decides nothing`);
  if (!("decisions" in answer)) return [answer];
  return Array.isArray(answer.decisions) ? answer.decisions : refuse("its decisions are no list");
}

async function check(
  gate: Gate,
  threadId: string,
  by: Principal,
  { id, digest, answer }: Addressed,
  refuse: Refuse,
): Promise<{ readonly seen: Seen; readonly decision: Decision }> {
  const request = await gate.get(id);
  if (!request || request.threadId !== threadId) return refuse(`request ${id} is none of this thread`);
  const { status, proposal, decisions } = request;
  // The same person pressing the button again is no news; core knows whether it is the same vote.
  const again = decisions.some((record) => record.by.id === by.id);
  if (status !== "pending" && !again) return refuse(`request ${id} is ${status} already`);
  if (digest === undefined && proposal.by !== undefined) return refuse(`the arguments of request ${id} were edited after they were shown`);
  if (digest !== undefined && digest !== proposal.digest && !again)
    return refuse(`request ${id} now proposes other arguments than those shown`);
  const decision = decisionOf(answer, { tool: request.tool, args: (await proposedArgs(gate, id)) ?? {} }, refuse);
  const allowed = request.terms.decisions;
  if (allowed && !allowed.includes(decision.type)) return refuse(`request ${id} can't be answered by ${decision.type}`);
  return { seen: { id, digest: digest ?? proposal.digest }, decision };
}

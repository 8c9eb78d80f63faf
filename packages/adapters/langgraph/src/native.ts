import { CountersignError, type Gate, type SeenProposal } from "@countersign/core";
import { decideAnswers, nativeOptions, proposedArgs, type DecideNative, type NativeAnswer } from "@countersign/core/adapter";
import { isCommand, type Command } from "@langchain/langgraph";
import { z } from "zod";
import { decisionOf, type Refuse } from "./native-answer.ts";
import { FRAMEWORK } from "./framework.ts";

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
 * All answers are decided in one write, or none.
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
    readonly positional?: { readonly shown: readonly SeenProposal[] } | undefined;
  }
> = async (gate, native, options) => {
  const { threadId, by, via = FRAMEWORK, positional } = nativeOptions(gate, options, ["positional"]);
  const refuse: Refuse = (reason) => {
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason });
  };
  const addressed = await addressedIn(gate, resumeOf(native, refuse), positional?.shown, refuse);
  const answers = await Promise.all(addressed.map((each) => answerTo(gate, threadId, each, refuse)));
  return decideAnswers(gate, answers, { threadId, by, via });
};

function resumeOf(native: unknown, refuse: Refuse): unknown {
  if (!isCommand(native)) return refuse("it is not a Command");
  const { resume, update, goto } = native;
  const moves = Array.isArray(goto) ? goto.length > 0 : goto !== undefined;
  if (update !== undefined || moves) return refuse("it also changes the graph's state. Answer with resume alone");
  return resume;
}

async function addressedIn(
  gate: Gate,
  resume: unknown,
  shown: readonly SeenProposal[] | undefined,
  refuse: Refuse,
): Promise<readonly Addressed[]> {
  if (!isIdMap(resume)) return byPosition(listOf(resume, refuse), shown, refuse);
  const entries = Object.entries(resume);
  const known = await Promise.all(entries.map(async ([id]) => (await gate.get(id)) !== undefined));
  const [only] = entries;
  // The key may be the id of a pause that asks about several calls: it is that of the first request of the turn, or LangGraph's own.
  if (only && entries.length === 1 && (shown || !known[0])) return byPosition(listOf(only[1], refuse), shown, refuse);
  return entries.map(([id, answer], index) => {
    if (!known[index]) return refuse(`there is no request ${id}`);
    const list = listOf(answer, refuse);
    return list.length === 1 ? { id, answer: list[0] } : refuse(`it answers request ${id} ${list.length} times`);
  });
}

function byPosition(answers: readonly unknown[], given: readonly SeenProposal[] | undefined, refuse: Refuse): readonly Addressed[] {
  if (!given) return refuse("it names no requests. Pass positional.shown: the requests that were shown, in their order");
  const shown = shownSchema.safeParse(given);
  if (!shown.success) return refuse("positional.shown is not a list of requests, or of their ids and digests");
  if (answers.length !== shown.data.length)
    return refuse(`it has ${answers.length} answers for the ${shown.data.length} requests that were shown`);
  return shown.data.map((seen, index) => ({ ...seen, answer: answers[index] }));
}

/** It may come from the page as well. */
const shownSchema = z.array(
  z.union([
    z.object({ id: z.string(), digest: z.string() }),
    z
      .object({ id: z.string(), proposal: z.object({ digest: z.string() }) })
      .transform(({ id, proposal }) => ({ id, digest: proposal.digest })),
  ]),
);

function isIdMap(resume: unknown): resume is Readonly<Record<string, unknown>> {
  if (typeof resume !== "object" || resume === null || Array.isArray(resume)) return false;
  const keys = Object.keys(resume);
  return keys.length > 0 && keys.every((key) => /^[0-9a-f]{32}$/.test(key));
}

function listOf(answer: unknown, refuse: Refuse): readonly unknown[] {
  if (Array.isArray(answer)) return answer;
  if (typeof answer !== "object" || answer === null) return refuse(`a bare ${typeof answer} decides nothing`);
  if (!("decisions" in answer)) return [answer];
  return Array.isArray(answer.decisions) ? answer.decisions : refuse("its decisions are not a list");
}

async function answerTo(gate: Gate, threadId: string, { id, digest, answer }: Addressed, refuse: Refuse): Promise<NativeAnswer> {
  const request = await gate.get(id);
  if (!request || request.threadId !== threadId) return refuse(`request ${id} belongs to another thread`);
  const { tool, proposal, terms } = request;
  const decision = decisionOf(answer, { tool, args: (await proposedArgs(gate, id)) ?? {}, shown: proposal.args }, refuse);
  if (terms.decisions && !terms.decisions.includes(decision.type)) return refuse(`request ${id} can't be answered by ${decision.type}`);
  return { id, digest, decision };
}

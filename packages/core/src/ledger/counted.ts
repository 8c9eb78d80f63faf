import type { Judgement } from "../policy/check.ts";
import { pastCalls, plus } from "../policy/history.ts";
import { Totals } from "../policy/totals.ts";
import type { CountedCalls, RequestRecord } from "../store/records.ts";
import type { Ledger } from "./ledger.ts";
import { isUnfinished } from "../store/status.ts";

/** A policy may make up a question for each call: of more than these, the oldest are forgotten. */
const QUESTIONS = 50;
/** When so many are unfinished, what was recorded after them is read anew by each count. */
const LEFT = 20;

const NOTHING: CountedCalls = { through: "", left: [], totals: [] };

/** What is recorded of a thread: some of its requests, and what the others come to. */
export interface Recorded {
  readonly requests: readonly RequestRecord[];
  readonly totals: Totals;
}

/** A judgement, and what is known for good from then on. */
interface Counted {
  readonly judgement: Judgement;
  readonly counted: CountedCalls | undefined;
}

/**
 * Judges by what is recorded of a thread. What has finished isn't read again, but for a question that is asked in this thread
 * for the first time: then all is read, and the policy asked once more.
 * @param known what has been counted in this thread. Undefined: all is read
 */
export async function judgeCounting(
  ledger: Ledger,
  threadId: string,
  known: CountedCalls | undefined,
  judge: (recorded: Recorded) => Judgement,
): Promise<Counted> {
  if (!known) return judgeAll(ledger, threadId, NOTHING, judge);
  const requests = await uncounted(ledger, threadId, known);
  const totals = new Totals(known.totals, false);
  const judgement = judge({ requests, totals });
  if (totals.isShort) return judgeAll(ledger, threadId, { ...NOTHING, totals: totals.all }, judge);
  return { judgement, counted: advanced(known, requests) };
}

async function judgeAll(
  ledger: Ledger,
  threadId: string,
  nothing: CountedCalls,
  judge: (recorded: Recorded) => Judgement,
): Promise<Counted> {
  const requests = await ledger.ofThread(threadId);
  const totals = new Totals(nothing.totals, true);
  const judgement = judge({ requests, totals });
  return { judgement, counted: advanced({ ...nothing, totals: totals.all.slice(-QUESTIONS) }, requests) };
}

/** What the totals don't say, in the order in which it was recorded. */
async function uncounted(ledger: Ledger, threadId: string, { through, left }: CountedCalls): Promise<readonly RequestRecord[]> {
  const [before, after] = await Promise.all([Promise.all(left.map((id) => ledger.request(id))), ledger.ofThread(threadId, through)]);
  return [...before.filter((record) => record !== undefined), ...after];
}

/** With what has finished meanwhile. */
function advanced({ through, left, totals }: CountedCalls, requests: readonly RequestRecord[]): CountedCalls | undefined {
  const known = new Set(left);
  const unfinished: string[] = [];
  const finished: RequestRecord[] = [];
  let last = through;
  for (const record of requests) {
    const isNew = !known.has(record.id);
    if (!isUnfinished(record)) finished.push(record);
    else if (isNew && unfinished.length >= LEFT) break;
    else unfinished.push(record.id);
    if (isNew) last = record.id;
  }
  if (last === "") return undefined;
  const calls = pastCalls(finished);
  return { through: last, left: unfinished, totals: totals.map((total) => plus(total, calls)) };
}

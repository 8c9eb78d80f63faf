import type { Gate, ThreadSummary } from "@countersign/core";
import { count } from "../output/count.ts";
import { moment } from "../output/when.ts";
import { ok, warning, type Finding } from "./finding.ts";

/** Named one by one; the rest is counted. */
const NAMED = 10;
/** Counted at most. */
const LOOKED_AT = 1_000;

/** Runs that failed again and again, so that workers try them no more: nothing happens to them until somebody says so. */
export async function threads(gate: Gate): Promise<readonly Finding[]> {
  const { items, next } = await gate.threads({ state: "failing", limit: LOOKED_AT });
  if (items.length === 0) return [ok("threads", "No run has failed again and again.")];
  const rest = items.length - NAMED;
  const more = `${count(rest, "more run")}${next === undefined ? "" : ", at least,"} failed again and again.`;
  return [
    ...items.slice(0, NAMED).map(failing),
    ...(rest > 0 ? [warning("threads", more, 'gate.threads({ state: "failing" }) lists all.')] : []),
  ];
}

function failing({ id, agent, attempts, failingSince, lastError }: ThreadSummary): Finding {
  const since = failingSince === undefined ? "" : ` since ${moment(failingSince)}`;
  const message = `Thread ${id} of ${agent} has failed ${count(attempts, "time")}${since}, and workers have stopped trying: ${lastError ?? "no error is known"}`;
  const advice =
    'Correct the cause, then call runner.resume(threadId). To drop the run, start the thread with a new input and pending: "cancel".';
  return warning("threads", message, advice);
}

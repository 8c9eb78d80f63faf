import type { ProposedCall, WaitOptions } from "@countersign/core/adapter";
import { untilPersisted } from "./checkpoints/persisted.ts";
import { agentNameOf, type Surroundings } from "./checkpoints/surroundings.ts";
import type { Run, Waiting } from "./run.ts";
import { noteAsked, takeUnsaved } from "./tally.ts";
import type { Turn } from "./turn.ts";

/** A call that the gate looks at, and what an option of the framework says about it. */
export interface Candidate {
  readonly call: ProposedCall;
  readonly options?: Omit<WaitOptions, "fresh">;
}

/**
 * Records the calls that miss a signature and asks the in-process reviewer, if there is one. Answers those that still
 * wait; none: the run may go on to execute.
 */
export async function suspendUnsigned(
  run: Run,
  surroundings: Surroundings,
  turn: Turn | undefined,
  candidates: readonly Candidate[],
): Promise<readonly Waiting[]> {
  const { thread, produced, tally } = run;
  const fresh = turn !== undefined && produced.has(turn.message);
  const unsigned: ProposedCall[] = [];
  /** Ahead of those. */
  const decided: ProposedCall[] = [];
  let recorded = false;
  // What a node calls by itself no model has proposed.
  const proposedBy = turn && agentNameOf(surroundings);
  for (const { call: proposed, options } of candidates) {
    const call = proposedBy === undefined ? proposed : { ...proposed, proposedBy };
    const waits = thread.mustWait(call, { fresh, ...options });
    // What isn't plain may have been recorded as decided. Not awaited when it is plain: an allowed call of a fresh turn
    // costs no turn of the event loop either.
    recorded ||= fresh && typeof waits !== "boolean";
    if (waits === true || (waits !== false && (await waits))) unsigned.push(call);
    else if (typeof waits !== "boolean" && unsigned.length === 0) decided.push(call);
  }
  if (unsigned.length === 0 && !recorded) return [];
  await untilPersisted(surroundings, thread.id);
  if (unsigned.length === 0) return [];
  const first = (await Promise.all(decided.map((call) => thread.recorded(call)))).find((request) => request !== undefined);
  // From here on something is recorded about the turn, whatever becomes of the write.
  if (turn) produced.delete(turn.message);
  noteAsked(tally, candidates.map(({ call }) => call.tool)); // prettier-ignore
  const requests = await (run.asksAtRest ? thread.questions(unsigned) : thread.suspend(unsigned, takeUnsaved(tally)));
  run.suspended.push(...unsigned);
  if (!(await thread.review(unsigned))) return [];
  const pending = run.asksAtRest || requests.length === 1 ? requests : await thread.pending(unsigned);
  const open = new Set(pending.map(({ id }) => id));
  const pause = (first ?? requests[0])?.id ?? "";
  return requests.flatMap((request, index) => {
    const call = unsigned[index];
    return call && open.has(request.id) ? [{ call, request, pause }] : [];
  });
}

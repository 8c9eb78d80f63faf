import { firstNonJson, isPlainObject, sha256 } from "../canonical/json.ts";
import { deserialize, serialize } from "../canonical/serialize.ts";
import type { Awaitable, JsonObject } from "../contract/json.ts";
import { SYSTEM } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import type { Kernel } from "../kernel.ts";
import type { Changed } from "../ledger/writes.ts";
import { transition, noteOnRequest } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import type { RequestRecord } from "../store/records.ts";
import { isOf } from "./claim.ts";

/** What the effect came to. */
export type Outcome = ({ readonly status: "done"; readonly result: unknown } | { readonly status: "failed"; readonly error: string }) & {
  /** What the tool was given, if it isn't what was signed. */
  readonly args?: JsonObject | undefined;
};

/**
 * Records what happened. A truthful receipt of the current attempt is accepted however late. One that comes after a person has
 * settled the execution changes nothing: if it says otherwise it is noted, and an operator is told.
 * @throws EXECUTION_BUSY for an attempt that a settled retry has replaced, STORE_UNAVAILABLE (the claim will then lapse to unknown)
 */
export async function record(kernel: Kernel, claimed: RequestRecord, outcome: Outcome): Promise<RequestRecord> {
  const step = (current: RequestRecord, at: number): Changed => {
    return transition(current, completed(outcome, at), { type: outcome.status, at, actor: SYSTEM });
  };
  // Mostly nothing has happened to the request since it was claimed: the commit itself finds out.
  const recorded = await changeUnlessPassed(kernel, claimed, outcome, step, claimed);
  if (recorded.state === "purged" || hasEnded(recorded)) return recorded;
  throw new CountersignError("EXECUTION_BUSY", { request: toRequest(recorded) });
}

function hasEnded({ state }: RequestRecord): boolean {
  return state === "done" || state === "failed";
}

/** Has a person settled this execution in the meantime, or is its outcome recorded already? */
export function isPassed(current: RequestRecord, claimed: RequestRecord): boolean {
  return hasEnded(current) || !isOf(claimed, current);
}

/**
 * Changes a request at the end of an attempt. A receipt that comes too late to change anything is noted, unless it is the
 * very one on record; if it says otherwise, an operator is told. Answers the request as it then is.
 */
export async function changeUnlessPassed(
  { ledger, warn }: Kernel,
  claimed: RequestRecord,
  outcome: Outcome,
  step: (current: RequestRecord, now: number) => Awaitable<RequestRecord | Changed>,
  read?: RequestRecord,
): Promise<RequestRecord> {
  const late = (current: RequestRecord): boolean => current.state !== "purged" && isPassed(current, claimed);
  let noted = false;
  const recorded = await ledger.change(
    claimed.id,
    (current, at) => {
      noted = late(current) && !(isOf(claimed, current) && isSame(current, outcome));
      if (current.state === "purged" || (late(current) && !noted)) return current;
      if (!noted) return step(current, at);
      const note = { attempt: claimed.attempt, status: outcome.status, ...summary(outcome) };
      return { ...noteOnRequest(current, { type: "late-receipt", at, actor: SYSTEM, note }), record: current };
    },
    read,
  );
  if (noted && (!isOf(claimed, recorded) || recorded.state !== outcome.status)) warn(contradiction(recorded, claimed, outcome));
  return recorded;
}

/** Is this what is recorded already? A receipt whose answer was lost is written again. */
function isSame(recorded: RequestRecord, outcome: Outcome): boolean {
  if (outcome.status === "failed") return recorded.state === "failed" && recorded.error === outcome.error;
  return recorded.state === "done" && JSON.stringify(recorded.result) === JSON.stringify(outcome.result);
}

/** Two attempts have ended, or a person was mistaken: somebody has to look into the outside system. */
function contradiction(current: RequestRecord, claimed: RequestRecord, { status }: Outcome): string {
  const { id, tool, state } = current;
  const meanwhile = isOf(claimed, current) ? `a person had settled it as ${state}` : "a person had already had it tried again";
  return `Attempt ${claimed.attempt} of ${id} (${tool}) came back late and says ${status}, but ${meanwhile}. The record stays as it is. Check the outside system.`;
}

/** How a finished execution looks in the record. */
export function completed(outcome: Outcome, at: number): Partial<RequestRecord> & Pick<RequestRecord, "state"> {
  const ended = { endedAt: at, ...(outcome.args && { ranWith: outcome.args }), leaseUntil: 0 };
  return outcome.status === "done"
    ? { state: "done", result: outcome.result, ...ended }
    : { state: "failed", error: outcome.error, ...ended };
}

/** For the audit trail: a result may be large, its hash is enough to recognise it. */
function summary(outcome: Outcome): { readonly resultHash?: string | undefined; readonly error?: string } {
  if (outcome.status === "failed") return { error: outcome.error.toWellFormed() };
  return { resultHash: outcome.result === undefined || firstNonJson(outcome.result) ? undefined : sha256(outcome.result) };
}

/** A result for its record. What can't be kept must not make an execution look as if it had failed. */
export function keptResult(result: unknown): unknown {
  if (result === undefined) return undefined;
  const kept = serialize(result, { classes: "as JSON" });
  if (!("json" in kept)) return placeholder(kept.path);
  return isEmptied(result, kept.json) ? placeholder([]) : kept.json;
}

/** A result as a replay from its receipt gives it. */
export function asReplayed(result: unknown): unknown {
  return deserialize(keptResult(result));
}

/** An object that has nothing of its own, such as a response or a promise: what it holds, only it can tell. */
function isEmptied(result: unknown, json: unknown): boolean {
  if (typeof result !== "object" || result === null || isPlainObject(result)) return false;
  return typeof json === "object" && json !== null && !Array.isArray(json) && Object.keys(json).length === 0;
}

function placeholder(path: readonly PropertyKey[]): string {
  return `[This call ran. Its result can't be kept: ${path.length === 0 ? "it" : path.map(String).join(".")} has no JSON.]`;
}

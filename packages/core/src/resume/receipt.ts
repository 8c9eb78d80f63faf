import { sha256 } from "../canonical/digest.ts";
import { firstNonJson } from "../canonical/json.ts";
import { SYSTEM } from "../contract/principal.ts";
import { CountersignError } from "../errors/error.ts";
import type { Kernel } from "../gate/kernel.ts";
import { persist } from "../ledger/ledger.ts";
import { moveRequest, noteOnRequest, toRequest } from "../ledger/move.ts";
import type { RequestRecord } from "../store/records.ts";

/** What the effect came to. */
export type Outcome = { readonly status: "done"; readonly result: unknown } | { readonly status: "failed"; readonly error: string };

/**
 * Records what happened. A truthful receipt of the current attempt is accepted however late; one of an attempt that a
 * settled retry has replaced is only noted.
 * @throws EXECUTION_BUSY for a replaced attempt, STORE_UNAVAILABLE (the claim will then lapse to unknown)
 */
export async function record(kernel: Kernel, claimed: RequestRecord, outcome: Outcome): Promise<RequestRecord> {
  const { ledger } = kernel;
  // Mostly nothing has happened to the request since it was claimed: the commit itself finds out.
  let unchanged: RequestRecord | undefined = claimed;
  return persist(async () => {
    const [current, at] = await Promise.all([unchanged ?? ledger.demand(claimed.id), ledger.now()]);
    unchanged = undefined;
    if (current.state === "done" || current.state === "failed" || current.state === "purged") return current;
    const happening = { type: outcome.status, at, actor: SYSTEM, data: { attempt: claimed.attempt, ...summary(outcome) } };
    if (current.holder !== claimed.holder || current.attempt !== claimed.attempt) {
      const noted = await ledger.commit(noteOnRequest(current, { ...happening, type: "late-receipt" }));
      if (noted.ok) throw new CountersignError("EXECUTION_BUSY", { request: toRequest(current) });
      return undefined;
    }
    const move = moveRequest(current, completed(outcome, at), happening);
    return (await ledger.commit(move)).ok ? move.record : undefined;
  });
}

/** How a finished execution looks in the record: the result is kept beside its receipt, not twice. */
export function completed(outcome: Outcome, at: number): Partial<RequestRecord> & Pick<RequestRecord, "state"> {
  return outcome.status === "done"
    ? { state: "done", result: outcome.result, receipt: { status: "done", result: undefined, at }, leaseUntil: 0 }
    : { state: "failed", error: outcome.error, receipt: { status: "failed", error: outcome.error, at }, leaseUntil: 0 };
}

/** For the audit trail: a result may be large, its hash is enough to recognise it. */
export function summary(outcome: Outcome): { readonly resultHash?: string | undefined; readonly error?: string } {
  if (outcome.status === "failed") return { error: outcome.error.toWellFormed() };
  return { resultHash: outcome.result === undefined || firstNonJson(outcome.result) ? undefined : sha256(outcome.result) };
}

const PLACEHOLDER = "[This result can't be kept as JSON. The call ran.]";

/** A result as JSON. What can't be kept must not make an execution look as if it had failed. */
export function asJson(result: unknown): unknown {
  try {
    const text: string | undefined = JSON.stringify(result);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return PLACEHOLDER;
  }
}

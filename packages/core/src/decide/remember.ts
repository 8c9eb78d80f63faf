import { canonicalJson, sha256 } from "../canonical/json.ts";
import type { Decision } from "../contract/decision.ts";
import { DEFAULTS } from "../contract/defaults.ts";
import type { Grant } from "../contract/grant.ts";
import type { Principal } from "../contract/principal.ts";
import { durationMs, rememberable } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { grantIdOf, insertGrant } from "../ledger/grant.ts";
import type { Writes } from "../ledger/writes.ts";
import type { RequestRecord } from "../store/records.ts";

/**
 * The grant that a decision leaves behind, if it wants to: written in the commit of the decision itself.
 * @throws DECISION_NOT_ALLOWED unless the terms offer it, and it is about what was proposed, decided at once
 */
export function rememberedBy(
  record: RequestRecord,
  { decision, by }: { readonly decision: Decision; readonly by: Principal },
  at: number,
): { readonly id: string; readonly writes: Writes } | undefined {
  const { remember } = decision;
  if (!remember) return undefined;
  const { scope, within = "thread", times = DEFAULTS.rememberTimes } = remember;
  const offered = rememberable(record.terms);
  if (!offered.includes(scope))
    throw refused(
      offered.map((each) => `remember ${each}`),
      "The terms don't offer to remember it: see review.remember of the policy.",
    );
  if (decision.type === "edit") throw refused([], "An edit signs the arguments of one call. Approve a later call that proposes them.");
  if (decision.type === "reject" && (decision.then ?? "continue") !== "continue")
    throw refused([], "Only a rejection after which the model goes on can be remembered.");
  if (within === "requester" && !record.requestedBy)
    throw refused(["remember within the thread"], "Nobody knows who asked: requestedBy is missing.");
  const lifetime = durationMs(remember.for ?? DEFAULTS.rememberFor);
  const id = grantIdOf(record.tenant, record.id);
  const grant: Grant = {
    id,
    scope,
    decision: decision.type,
    namespace: record.namespace,
    tool: record.tool,
    agent: record.agent,
    within,
    threadId: within === "thread" ? record.threadId : undefined,
    requestedBy: record.requestedBy?.id,
    digest: scope === "exact-args" ? record.proposal.digest : undefined,
    ...(scope === "exact-args" && record.proposal.parsed ? { parsedDigest: sha256(record.proposal.parsed) } : {}),
    requestId: record.id,
    // Stores find a grant by what its first event says: so an event has to be able to carry all of it.
    message: decision.type === "reject" ? decision.message?.toWellFormed() : undefined,
    terms: record.terms,
    by,
    uses: times,
    expiresAt: lifetime === undefined ? undefined : at + lifetime,
    revokedAt: undefined,
  };
  return { id, writes: insertGrant(record.tenant, grant, { at, actor: by }) };
}

/** Nothing that is asked for now would be forgotten if the earlier decision stood for this one. */
export function isRemembered(earlier: Decision, { remember }: Decision): boolean {
  return remember === undefined || canonicalJson(earlier.remember ?? null) === canonicalJson(remember);
}

function refused(allowed: readonly string[], note: string): CountersignError<"DECISION_NOT_ALLOWED"> {
  return new CountersignError("DECISION_NOT_ALLOWED", { allowed: ["the same decision without remember", ...allowed] }, { note });
}

import { sha256 } from "../canonical/json.ts";
import { rememberable } from "../contract/terms.ts";
import type { Question } from "../gate/question.ts";
import type { Invocation } from "../hold/invocation.ts";
import type { Kernel } from "../kernel.ts";
import { audienceOf, invitationsFor } from "../store/audience.ts";
import type { GrantRecord, RequestRecord } from "../store/records.ts";
import { unreadableIn } from "../store/unreadable.ts";

/**
 * The grants that these questions have to be held against: none are read where the terms offer none. One that can't be read
 * may be the no that beats the others: then no grant of the call counts, and people are asked.
 */
export async function grantsOn(
  { ledger, warn }: Kernel,
  { agent }: Invocation,
  asks: readonly Question[],
): Promise<readonly GrantRecord[]> {
  const open = asks.filter(({ allowed, terms }) => !allowed && rememberable(terms).length > 0);
  const calls = new Map(open.map(({ call }) => [JSON.stringify([call.namespace, call.tool]), call]));
  const found = await Promise.all(
    [...calls.values()].map(({ namespace, tool }) =>
      ledger.grantsFor({ namespace, tool, agent }).catch((error: unknown) => {
        const unreadable = unreadableIn(error);
        if (!unreadable) throw error;
        warn(
          `People are asked about ${tool} although somebody may have decided for good: the record ${unreadable.id} can't be read (${unreadable.reason}). Compare it with a backup.`,
        );
        return [];
      }),
    ),
  );
  return found.flat();
}

/** Finds the grant that decides a question, and takes one use of it for the commit that is being put together. */
export type GrantFor = (question: RequestRecord) => GrantRecord | undefined;

/** @param now Unix ms, by the clock that lifetimes are judged by */
export function grantsIn(grants: readonly GrantRecord[], now: number): GrantFor {
  const left = new Map(grants.map(({ id, uses }) => [id, uses]));
  return (question) => {
    const usable = (record: GrantRecord): boolean => (left.get(record.id) ?? 0) > 0;
    // A rejection that is used up asks again: it doesn't make way for an approval that it would have beaten.
    const [first] = grants
      .filter((record) => holdsFor(record, question, now) && (usable(record) || record.grant.decision === "reject"))
      .sort((a, b) => rankOf(a) - rankOf(b) || Number(usable(b)) - Number(usable(a)) || endOf(a) - endOf(b));
    if (!first || !usable(first)) return undefined;
    left.set(first.id, (left.get(first.id) ?? 0) - 1);
    return first;
  };
}

/** Exactly these arguments before any of the tool; of equals, no before yes. */
function rankOf({ grant: { scope, decision } }: GrantRecord): number {
  return (scope === "exact-args" ? 0 : 2) + (decision === "reject" ? 0 : 1);
}

function endOf({ expiresAt = Infinity }: GrantRecord): number {
  return expiresAt;
}

/** The same call, for the same requester, in force, and such that its giver could decide it like that today. */
function holdsFor({ tenant, grant, revokedAt, expiresAt = Infinity }: GrantRecord, question: RequestRecord, now: number): boolean {
  const { terms } = question;
  return (
    revokedAt === undefined &&
    now < expiresAt &&
    tenant === question.tenant &&
    isForCall(grant, question) &&
    rememberable(terms).includes(grant.scope) &&
    (terms.decisions ?? [grant.decision]).includes(grant.decision) &&
    invitationsFor(grant.by).some((invitation) => audienceOf(question)?.includes(invitation) === true)
  );
}

/**
 * Was this grant given for this call of this requester? It may be over by now. A requester is the one id that asked, as stores
 * hold uses to it: under another id of the same person, people are asked.
 */
export function isForCall(grant: GrantRecord["grant"], request: RequestRecord): boolean {
  return (
    grant.agent === request.agent &&
    grant.namespace === request.namespace &&
    grant.tool === request.tool &&
    (grant.within === "requester" || grant.threadId === request.threadId) &&
    grant.requestedBy === request.requestedBy?.id &&
    (grant.scope === "tool" || isForThese(grant, request.proposal))
  );
}

/** Exactly these arguments, and what was shown beside them. */
function isForThese({ digest, parsedDigest }: GrantRecord["grant"], { parsed, ...proposal }: RequestRecord["proposal"]): boolean {
  return digest === proposal.digest && (parsedDigest === undefined || parsedDigest === (parsed && sha256(parsed)));
}

/** The question with the grant's decision. */
export function decidedBy({ id, grant }: GrantRecord, question: RequestRecord): RequestRecord {
  const decided = { ...question, grantId: id, decidedAt: question.askedAt, expiresAt: undefined };
  return grant.decision === "approve" ? { ...decided, state: "approved" } : { ...decided, state: "rejected", error: grant.message };
}

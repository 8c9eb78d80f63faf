import type { DecisionRecord } from "../contract/decision.ts";
import { byPerson, isSamePerson } from "../contract/person.ts";
import type { Principal } from "../contract/principal.ts";
import { isInvited, missingFrom, namesIn } from "../contract/quorum.ts";
import { decisionsOf, type QuorumGroup, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import type { RequestRecord } from "../store/records.ts";
import { signaturesOn } from "../store/signatures.ts";
import { isConfirmed } from "./confirm.ts";

/**
 * May this principal decide under these terms?
 * @throws NOT_AUTHORIZED, SELF_REVIEW
 */
export function authorize(by: Principal, terms: ReviewTerms, requestedBy: Principal | undefined): void {
  if (!isInvited(by, terms)) throw new CountersignError("NOT_AUTHORIZED", { by, missing: namesIn([terms]) });
  if (terms.fourEyes && requestedBy && isSamePerson(by, requestedBy)) throw new CountersignError("SELF_REVIEW", { by });
}

/** What signatures are counted on: a request, or its record. */
export type Signed = Pick<RequestRecord, "terms" | "requestedBy" | "args" | "proposal" | "decisions" | "redact">;

/**
 * Would the last of these decisions, an approval by whoever may decide, count?
 * @throws SELF_REVIEW for the author of the arguments under four eyes, NOT_AUTHORIZED where others have taken all its places
 */
export function authorizeSignature(by: Principal, before: Signed, after: Signed): void {
  if (isAuthor(by, before)) throw new CountersignError("SELF_REVIEW", { by, edited: true });
  const groups = missingSignatures(before);
  if (total(missingSignatures(after)) < total(groups) || hasSigned(by, before)) return;
  throw new CountersignError("NOT_AUTHORIZED", { by, missing: namesIn(groups), groups });
}

/** Are the signatures on it enough? */
export function isComplete(request: Signed): boolean {
  return missingSignatures(request).length === 0;
}

/**
 * Which signatures a request still takes: the groups, each with how many more of whom. Empty: enough people have signed.
 * @example missingSignatures(request) // [{ roles: ["cfo"], count: 1 }]
 */
export function missingSignatures(request: Signed): readonly QuorumGroup[] {
  return missingFrom(request.terms, countedSignatures(request).map(({ by }) => by)); // prettier-ignore
}

/** The signatures that count on a request as it stands, each person's last. */
export function countedSignatures(request: Signed): readonly DecisionRecord[] {
  return countedOn(request).flatMap((person) => person.slice(-1));
}

/** Has this person signed it as it stands, such that it counts, or can't for what they did themselves? */
export function hasSigned(by: Principal, request: Signed): boolean {
  const signatures = isAuthor(by, request) ? signaturesOn(request) : countedOn(request).flat();
  return signatures.some((signature) => isSamePerson(signature.by, by));
}

/**
 * The signatures that count, by person. An edit to the same arguments may have tightened the terms since some of them were
 * given: those count only if they could be given today. Who may sign is the groups' to say.
 */
function countedOn(request: Signed): readonly (readonly DecisionRecord[])[] {
  const { terms, requestedBy, proposal } = request;
  const barred = terms.fourEyes ? [requestedBy, proposal.by].flatMap((by) => by ?? []) : [];
  const claims = [...barred.map((by) => ({ by, signature: undefined })), ...signaturesOn(request).map((signature) => ({ by: signature.by, signature }))]; // prettier-ignore
  return byPerson(claims, ({ by }) => by)
    .filter((person) => person.every(({ signature }) => signature !== undefined))
    .map((person) => person.flatMap(({ signature }) => signature ?? []).filter((signature) => couldBeGiven(signature, request)));
}

function couldBeGiven({ decision, by }: DecisionRecord, request: Signed): boolean {
  const { terms } = request;
  return decisionsOf(terms).includes(decision.type) && isInvited(by, terms) && isConfirmed(request, decision);
}

/** Under four eyes, whoever wrote the arguments doesn't count on them. */
function isAuthor(by: Principal, { terms, proposal }: Signed): boolean {
  return terms.fourEyes === true && proposal.by !== undefined && isSamePerson(by, proposal.by);
}

function total(groups: readonly QuorumGroup[]): number {
  return groups.reduce((sum, { count = 1 }) => sum + count, 0);
}

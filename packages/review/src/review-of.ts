import { confirmedPaths, groupsText, missingSignatures, termsAt, type ApprovalRequest } from "@countersign/core";
import { argumentsOf } from "./arguments-of.ts";
import { differencesOf } from "./differences-of.ts";
import { linksOf } from "./links-of.ts";
import { outcomeOf } from "./outcome-of.ts";
import { permissionsOf } from "./permissions-of.ts";
import { personText } from "./person-text.ts";
import { riskOf } from "./risk-of.ts";
import type { ReviewContext } from "./review-context.ts";
import type { Review } from "./review.ts";
import { signaturesOf } from "./signatures-of.ts";
import { momentOf } from "./span-text.ts";
import { statusText } from "./status-text.ts";
import { termsText } from "./terms-text.ts";
import { titleOf } from "./title-of.ts";
import { toolText } from "./tool-text.ts";
import { visible } from "./visible.ts";
import { warningsOf } from "./warnings/warnings-of.ts";

/**
 * What a surface shows a person of a request: everything that they should know before they sign, as plain data.
 * @example const review = reviewOf(request, { now: Date.now(), by, ...(await gate.background(request)) })
 */
export function reviewOf(asked: ApprovalRequest, context: ReviewContext): Review {
  const { now, by, mine, preview, remembered } = context;
  const standing = asOf(asked, now);
  const request = preview ? wouldBe(standing, preview) : standing;
  const { proposal, terms, status, requestedBy, proposedBy, expiresAt, decidedAt } = request;
  const { title, facts = [], links = [] } = proposal.description ?? {};
  return {
    id: visible(request.id),
    version: request.version,
    digest: visible(standing.proposal.digest),
    status,
    statusText: statusText(request),
    title: titleOf(request),
    isDescribed: title !== undefined && title !== "",
    risk: riskOf(request),
    tool: toolText(request),
    agent: visible(proposedBy ?? request.agent),
    application: visible(request.agent),
    framework: visible(request.framework),
    thread: visible(request.threadId),
    askedBy: requestedBy && personText(requestedBy),
    why: { reason: visible(request.reason), rule: visible(request.rule), tier: request.tier },
    facts: facts.map(({ label, value }) => ({ label: visible(label), value: visible(value) })),
    links: linksOf(links),
    args: argumentsOf(request),
    editedBy: proposal.by && personText(proposal.by),
    differences: differencesOf(standing, mine ?? preview?.proposal.args),
    asked: momentOf(request.askedAt, now),
    deadline: status === "pending" && expiresAt !== undefined ? momentOf(expiresAt, now) : undefined,
    decided: decidedAt === undefined ? undefined : momentOf(decidedAt, now),
    signatures: signaturesOf(request, now, remembered),
    missing: missingText(request),
    terms: termsText(terms),
    outcome: outcomeOf(request, now),
    warnings: warningsOf(request, context),
    may: permissionsOf(standing, by, now),
    confirm: confirmedPaths(terms).map((path) => ({ path: visible(path), label: visible(path.replace(/^args\./, "")) })),
    replaces: request.supersedes === undefined ? undefined : visible(request.supersedes),
    revises: request.revises === undefined ? undefined : visible(request.revises),
  };
}

/** Proposed, and signed by nobody yet. */
function wouldBe(request: ApprovalRequest, { proposal, terms, tier, expiresAt }: ApprovalRequest): ApprovalRequest {
  return { ...request, proposal, terms, tier, expiresAt };
}

/** Whoever is asked as well by now may sign, whether anything has recorded that yet or not. */
export function asOf(request: ApprovalRequest, now: number): ApprovalRequest {
  const isOpen = request.status === "pending" && (request.expiresAt === undefined || now < request.expiresAt);
  return isOpen && request.terms.escalate ? { ...request, terms: termsAt(request, now) } : request;
}

/** What it still takes, in words. */
export function missingText(request: ApprovalRequest): string {
  return request.status === "pending" ? visible(groupsText(missingSignatures(request))) : "";
}

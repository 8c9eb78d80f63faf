import { countedSignatures, quorumOf, type ApprovalRequest } from "@countersign/core";
import { nameOf, personText } from "./person-text.ts";
import type { ReviewContext } from "./review-context.ts";
import { asOf, missingText } from "./review-of.ts";
import type { Summary } from "./review.ts";
import { riskOf } from "./risk-of.ts";
import { momentOf, spanText } from "./span-text.ts";
import { statusText } from "./status-text.ts";
import { titleOf } from "./title-of.ts";
import { toolText } from "./tool-text.ts";
import { visible } from "./visible.ts";
import { isDueSoon } from "./warnings/deadline.ts";

/** One row of a list, for one look: what it is, how it stands, and what is wrong with it. */
export function summaryOf(
  asked: ApprovalRequest,
  { now, duplicates = [], freezes = [] }: Pick<ReviewContext, "now" | "by" | "duplicates" | "freezes">,
): Summary {
  const request = asOf(asked, now);
  const { status, proposal, requestedBy, expiresAt, decidedAt, terms } = request;
  const quorum = quorumOf(terms);
  const isWaiting = status === "pending";
  return {
    id: visible(request.id),
    version: request.version,
    digest: visible(proposal.digest),
    status,
    execution: request.execution,
    statusText: statusText(request),
    title: titleOf(request),
    tool: toolText(request),
    agent: visible(request.proposedBy ?? request.agent),
    askedBy: requestedBy && personText(requestedBy),
    thread: visible(request.threadId),
    risk: riskOf(request),
    asked: momentOf(request.askedAt, now),
    deadline: isWaiting && expiresAt !== undefined ? momentOf(expiresAt, now) : undefined,
    decided: decidedAt === undefined ? undefined : momentOf(decidedAt, now),
    decidedBy: deciderOf(request),
    age: spanText(now - request.askedAt),
    left: !isWaiting || expiresAt === undefined ? undefined : now >= expiresAt ? "overdue" : spanText(expiresAt - now),
    signatures: isWaiting && quorum > 1 ? `${Math.min(countedSignatures(request).length, quorum)} of ${quorum}` : undefined,
    missing: missingText(request),
    marks: [
      ...(isWaiting ? sameCall(request, duplicates) : []),
      ...(freezes.length > 0 && (isWaiting || (status === "approved" && request.execution === "none")) ? ["frozen"] : []),
      ...(proposal.by ? ["edited"] : []),
      ...(isDueSoon(request, now) ? ["due soon"] : []),
    ],
  };
}

function deciderOf({ status, decisions, grantId }: ApprovalRequest): string | undefined {
  if (status !== "approved" && status !== "rejected") return undefined;
  const last = decisions.at(-1);
  if (last) return nameOf(last.by);
  return grantId === undefined ? undefined : "a remembered decision";
}

/** It may have happened already. */
function sameCall({ id }: ApprovalRequest, duplicates: readonly ApprovalRequest[]): readonly string[] {
  const others = duplicates.filter((other) => other.id !== id);
  if (others.some(({ execution }) => execution === "done")) return ["ran before"];
  if (others.some(({ execution }) => execution === "executing" || execution === "unknown")) return ["may have run before"];
  if (others.some(({ status }) => status === "approved")) return ["approved before"];
  return others.some(({ status }) => status === "pending") ? ["asked twice"] : [];
}

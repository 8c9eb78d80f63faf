import type { ApprovalRequest } from "@countersign/core";
import { personText } from "../person-text.ts";
import type { Warning } from "../review.ts";
import { momentOf } from "../span-text.ts";
import { visible } from "../visible.ts";

/** Core answers no more than these. */
const MOST = 50;
const GRAVEST = ["done", "executing", "unknown", "approved", "pending", "failed", "rejected", "expired", "cancelled"] as const;
type Fate = (typeof GRAVEST)[number];

/** The very same call elsewhere: whoever pays twice should know. */
export function duplicateWarnings(request: ApprovalRequest, others: readonly ApprovalRequest[], now: number): readonly Warning[] {
  return GRAVEST.flatMap((fate) => {
    const same = others.filter((other) => other.id !== request.id && fateOf(other) === fate);
    const [last] = same;
    if (!last) return [];
    const more = same.length > 1 ? `, and ${same.length >= MOST ? "at least " : ""}${same.length - 1} more` : "";
    const text = `${sentence(last, fate, now)}${more}`;
    return [{ kind: "duplicate", severity: severityOf(fate), text, path: undefined, requests: same.map(({ id }) => visible(id)) }];
  });
}

function fateOf({ status, execution }: ApprovalRequest): Fate {
  return status === "approved" && execution !== "none" ? execution : status;
}

function severityOf(fate: Fate): Warning["severity"] {
  if (fate === "done" || fate === "executing" || fate === "unknown") return "danger";
  return fate === "approved" || fate === "pending" || fate === "rejected" ? "caution" : "note";
}

function sentence(other: ApprovalRequest, fate: Fate, now: number): string {
  const { decisions, askedAt, decidedAt, receipt, requestedBy } = other;
  const signer = decisions.findLast(({ decision }) => (fate === "rejected" ? decision.type === "reject" : decision.type !== "reject"));
  const by = signer ? ` by ${personText(signer.by)}` : other.grantId === undefined ? "" : " by a remembered decision";
  const ended = momentOf(receipt?.at ?? decidedAt ?? askedAt, now).text;
  switch (fate) {
    case "done":
      return `The same call was approved${by} and has run, ${ended}`;
    case "executing":
      return `The same call was approved${by} and is running now`;
    case "unknown":
      return `The same call was approved${by} and begun, ${ended}: nobody knows whether it happened`;
    case "approved":
      return `The same call was approved${by}, ${momentOf(decidedAt ?? askedAt, now).text}, and hasn't run yet`;
    case "pending":
      return `The same call waits elsewhere, asked${requestedBy ? ` by ${personText(requestedBy)}` : ""} ${momentOf(askedAt, now).text}`;
    case "failed":
      return `The same call was approved${by} and failed, ${ended}`;
    case "rejected":
      return `The same call was rejected${by}, ${momentOf(decidedAt ?? askedAt, now).text}`;
    default:
      return `The same call was asked for ${momentOf(askedAt, now).text} and ${fate === "expired" ? "expired" : "was cancelled"}`;
  }
}

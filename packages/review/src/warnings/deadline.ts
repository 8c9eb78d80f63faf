import type { ApprovalRequest } from "@countersign/core";
import type { Warning } from "../review.ts";
import { momentOf, spanText } from "../span-text.ts";

const SOON = 3_600_000;

/** Less than an hour is left, or less than a tenth of the time. */
export function isDueSoon({ status, askedAt, expiresAt }: Pick<ApprovalRequest, "status" | "askedAt" | "expiresAt">, now: number): boolean {
  if (status !== "pending" || expiresAt === undefined) return false;
  const left = expiresAt - now;
  const whole = expiresAt - askedAt;
  // Of what was given an hour at most, the last tenth alone is close.
  return left < whole / 10 || (left < SOON && whole > SOON);
}

export function deadlineWarnings(request: ApprovalRequest, now: number): readonly Warning[] {
  const { expiresAt } = request;
  if (expiresAt === undefined || !isDueSoon(request, now)) return [];
  const isOver = now >= expiresAt;
  const text = isOver ? `The deadline has passed, ${momentOf(expiresAt, now).text}` : `It expires in ${spanText(expiresAt - now)}`;
  return [{ kind: "deadline", severity: isOver ? "danger" : "caution", text, path: undefined, requests: [] }];
}

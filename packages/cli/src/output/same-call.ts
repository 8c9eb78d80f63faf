import type { ApprovalRequest, Gate } from "@countersign/core";
import type { Output } from "./output.ts";
import { statusOf } from "./status.ts";
import { span } from "./when.ts";

/** What weighs most for whoever is about to sign comes first: it may have happened already. */
const STATUSES: readonly string[] = ["done", "unknown", "executing", "failed", "approved", "pending", "rejected", "expired", "cancelled"];

/** `gate.duplicates` answers no more. */
const MOST = 50;

/** What became of the very same call where else it was asked: `1 done, 2 pending`. Empty: nowhere. */
export function fates(others: readonly ApprovalRequest[]): string {
  const all = others.map(statusOf);
  return STATUSES.filter((status) => all.includes(status)).map((status) => `${all.filter((one) => one === status).length} ${status}`).join(", "); // prettier-ignore
}

/** The same as a sentence. Undefined: nowhere. @param others the newest first */
function sameCallText(others: readonly ApprovalRequest[], now: number = Date.now()): string | undefined {
  const [last] = others;
  if (!last) return undefined;
  const times = others.length === 1 ? "once more" : `${others.length >= MOST ? "at least " : ""}${others.length} more times`;
  return `asked ${times}, with the very same arguments: ${fates(others)}; last ${span(now - last.askedAt)} ago (${last.id})`;
}

/** For whoever signs without being shown the request. */
export async function warnOfSameCall(out: Output, gate: Gate, request: ApprovalRequest): Promise<void> {
  const text = request.status === "pending" ? sameCallText(await gate.duplicates(request)) : undefined;
  if (text !== undefined) out.warn(`${request.id} was ${text}.`);
}

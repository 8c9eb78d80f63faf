import type { Grant } from "@countersign/server/client";
import { toolText, visible } from "@countersign/review";

type GrantState = "live" | "revoked" | "used up" | "expired";

/** Does it still decide anything, and if not, why? @param now Unix ms */
export function stateOf({ revokedAt, uses, expiresAt }: Grant, now: number): GrantState {
  if (revokedAt !== undefined) return "revoked";
  if (uses <= 0) return "used up";
  return expiresAt !== undefined && expiresAt <= now ? "expired" : "live";
}

/** The tool as rules name it, as an address keeps it: not made safe to draw. */
export function toolOf({ namespace, tool }: Grant): string {
  return namespace === undefined ? tool : `${namespace}/${tool}`;
}

/** `Approves any call of send_payment`. */
export function decidesText({ decision, scope, namespace, tool }: Grant): string {
  const verb = decision === "approve" ? "Approves" : "Rejects";
  const name = toolText({ namespace, tool });
  return scope === "tool" ? `${verb} any call of ${name}` : `${verb} ${name} with exactly the same arguments`;
}

/** Of whose calls, and where. */
export function whereText({ within, threadId, requestedBy }: Grant): string {
  const whose = requestedBy === undefined ? "for calls that nobody is named for" : `for calls of ${visible(requestedBy)}`;
  return within === "thread" && threadId !== undefined ? `In the thread ${visible(threadId)}, ${whose}` : `In all threads, ${whose}`;
}

export function leftText({ uses }: Grant): string {
  return uses === 1 ? "1 more call" : `${uses.toLocaleString("en-US")} more calls`;
}

/** What revoking it stops. */
export function revokingText({ decision }: Grant): string {
  const now = decision === "approve" ? "approves" : "rejects";
  return `From now on it ${now} nothing, and people are asked about such calls again. What it has decided stays decided.`;
}

import type { Duration } from "../contract/json.ts";
import { isOpenToAnyone, type Named } from "../contract/quorum.ts";
import { durationMs, type ReviewTerms } from "../contract/terms.ts";
import type { RequestRecord } from "./records.ts";

/** What the terms of a pending request promise: a reminder, or an escalation. */
export interface Notice {
  readonly after: Duration;
  /** Unix ms. */
  readonly at: number;
  /** The roles that are asked as well from then on; undefined: a reminder. */
  readonly roles: readonly string[] | undefined;
}

type Asked = Pick<RequestRecord, "terms" | "askedAt" | "expiresAt">;

/** All that is promised, the earliest first. What would come when the request has expired never comes. */
export function noticesOf({ terms, askedAt, expiresAt = Infinity }: Asked): readonly Notice[] {
  const { remind = [], escalate } = terms;
  const notice = (after: Duration, roles?: readonly string[]): Notice => ({ after, at: askedAt + (durationMs(after) ?? Infinity), roles });
  return [...remind.map((after) => notice(after)), ...(escalate ? [notice(escalate.after, escalate.roles)] : [])]
    .filter(({ at }) => at < expiresAt)
    .sort((a, b) => a.at - b.at);
}

/**
 * When the next notice is due once those up to `given` have been: Unix ms, or undefined if none is left. An escalation
 * that is still in the terms is to come, however late; a reminder that was missed is not made up for.
 */
export function nextNoticeAt(request: Asked, given: number): number | undefined {
  const next = noticesOf(request).find(({ at, roles }) => roles !== undefined || at > given);
  return next && Math.max(next.at, given);
}

/** Up to when (Unix ms) this pending request has been given its notices: as it says itself, for a clock may be behind. */
export function noticesGivenUpTo(request: Asked & Pick<RequestRecord, "noticeAt">): number {
  const { noticeAt } = request;
  // Without a next one, all that its terms promise have been.
  return noticeAt === undefined ? (noticesOf(request).at(-1)?.at ?? 0) : noticeAt - 1;
}

/** When these terms widen, and to what; undefined if they don't, or have done so already. Nobody who could sign loses that. */
export function escalationOf({
  terms: { escalate, ...terms },
  askedAt,
}: Pick<Asked, "terms" | "askedAt">): { readonly at: number; readonly terms: ReviewTerms } | undefined {
  if (!escalate) return undefined;
  // They count for every group, and where anybody may sign, anybody still may.
  const widened = <T extends Named>(named: T): T =>
    isOpenToAnyone(named) ? named : { ...named, roles: [...new Set([...(named.roles ?? []), ...escalate.roles])] };
  const groups = typeof terms.quorum === "object" ? { quorum: terms.quorum.map(widened) } : {};
  return { at: askedAt + (durationMs(escalate.after) ?? Infinity), terms: { ...widened(terms), ...groups } };
}

/** The terms as they hold at this time: an escalation counts from when the request was asked. */
export function termsAt(request: Pick<Asked, "terms" | "askedAt">, at: number): ReviewTerms {
  const escalation = escalationOf(request);
  return escalation && escalation.at <= at ? escalation.terms : request.terms;
}

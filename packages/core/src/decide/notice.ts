import type { NewEvent } from "../audit/chain.ts";
import { SYSTEM } from "../contract/principal.ts";
import type { Kernel } from "../kernel.ts";
import type { Changed } from "../ledger/writes.ts";
import { transition } from "../ledger/transition.ts";
import { nextNoticeAt, noticesOf, termsAt } from "../store/notices.ts";
import type { RequestRecord } from "../store/records.ts";
import { expiry } from "./deadline.ts";

/** Is there a reminder or an escalation to give? Not of a request that has expired: its expiry wins. */
export function isNoticeDue({ state, noticeAt = Infinity, expiresAt = Infinity }: RequestRecord, now: number): boolean {
  return state === "pending" && noticeAt <= now && now < expiresAt;
}

/** The writes that give all that is due by now: the escalation, and of the reminders that were missed the last one. */
function notices(record: RequestRecord, now: number): Changed {
  const { noticeAt = Infinity } = record;
  const due = noticesOf(record).filter(({ at, roles }) => at <= now && (roles !== undefined || at >= noticeAt));
  const terms = termsAt(record, now);
  const escalation = due.find(({ roles }) => roles !== undefined);
  const reminder = due.findLast(({ roles }) => roles === undefined);
  const given = { at: now, actor: SYSTEM };
  const happenings: readonly NewEvent[] = [
    ...(escalation ? [{ ...given, type: "escalated", note: { after: escalation.after, roles: escalation.roles } }] : []),
    ...(reminder ? [{ ...given, type: "reminded", note: { after: reminder.after, roles: terms.roles, reviewers: terms.reviewers } }] : []),
  ];
  const next = nextNoticeAt({ ...record, terms }, now);
  return transition(record, { state: "pending", terms, noticeAt: next }, ...happenings);
}

/** The record as it is once what is due by now has been given. */
export function noticed(record: RequestRecord, now: number): RequestRecord {
  return isNoticeDue(record, now) ? notices(record, now).record : record;
}

/** Gives what is due by now. Answers the record as it then is. */
export function giveDueNotices({ ledger }: Kernel, id: string): Promise<RequestRecord> {
  return ledger.change(id, (record, now) =>
    isNoticeDue(record, now) ? { ...notices(record, now), before: record.expiresAt, tooLate: expiry(record, now) } : record,
  );
}

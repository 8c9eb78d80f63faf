import type { AuditEvent, RequestRecord } from "@countersign/core/store";
import type { Books } from "./books.ts";
import { NOTICES } from "./scenario.ts";

const HAPPENS = { reminded: NOTICES.remind, escalated: [NOTICES.escalate.after] } as const;

/** I13: who is asked later signs later; a notice comes once, in its time; and nothing is left to come of what is decided. */
export function misnotice(
  monitor: Books,
  before: RequestRecord | undefined,
  after: RequestRecord,
  events: readonly AuditEvent[],
): string | undefined {
  if (!monitor.world.scenario.notices) return undefined;
  const since = monitor.world.time.now - after.askedAt;
  const carols = (record: RequestRecord | undefined): number => record?.decisions.filter(({ by }) => by.id === "carol").length ?? 0;
  if (carols(after) > carols(before) && since < NOTICES.escalate.after) return "I13 signed by who isn't asked yet";
  for (const type of ["reminded", "escalated"] as const) {
    if (!events.some((event) => event.type === type)) continue;
    const given = (monitor.notices.get(`${after.id}/${type}`) ?? 0) + 1;
    monitor.notices.set(`${after.id}/${type}`, given);
    if (given > HAPPENS[type].filter((at) => at <= since).length) return `I13 ${type} too soon or twice`;
  }
  if (after.state !== "pending") return after.noticeAt === undefined ? undefined : "I13 a notice is left of what is decided";
  return after.terms.reviewers?.includes("alice") ? undefined : "I13 who was asked first is asked no longer";
}

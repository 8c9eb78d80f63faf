import { spanText } from "@countersign/review";
import type { Decisions, OwnDecision } from "@countersign/server/client";

type Summary = Decisions["summary"];

/** So many make a habit worth a thought. */
const HABIT = 20;

export const DECISION_NAMES: Readonly<Record<OwnDecision["decision"], string>> = {
  approve: "Approved",
  edit: "Changed, then approved",
  reject: "Rejected",
};

interface Figure {
  readonly value: string;
  readonly says: string;
}

/** The figures of somebody's own signatures. */
export function figuresOf({ count, medianTook, edited, rejected }: Summary): readonly Figure[] {
  if (count === 0 || medianTook === undefined) return [];
  return [
    { value: count.toLocaleString("en-US"), says: count === 1 ? "decision" : count >= 200 ? "decisions, your last ones" : "decisions" },
    { value: spanText(medianTook), says: "median time from question to signature" },
    { value: percent(edited, count), says: "changed before you approved" },
    { value: percent(rejected, count), says: "rejected" },
  ];
}

/** Something to think about, or nothing. It says what is so, and leaves the judgement to whoever reads it. */
export function thoughtOf({ count, edited, rejected }: Summary): string | undefined {
  if (count < HABIT || edited + rejected > 0) return undefined;
  return (
    `You approved all of your last ${count.toLocaleString("en-US")} as they were. That may well be right. ` +
    "If it has become a habit, try this: before you approve the next one, name what would make you say no."
  );
}

/** Never 0% for something, never 100% for less than all. */
function percent(part: number, whole: number): string {
  const rounded = Math.round((part / whole) * 100);
  const shown = part > 0 && rounded === 0 ? "<1" : part < whole && rounded === 100 ? ">99" : String(rounded);
  return `${shown}%`;
}

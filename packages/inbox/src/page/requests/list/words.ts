import { visible } from "@countersign/review";
import type { DecidedStatus, Field, Filters, Order, View } from "./filters.ts";
import { isNarrowed } from "./filters.ts";
import type { Count } from "./reader.ts";
import { isOverdue, type Row } from "./row.ts";

export const VIEW_NAMES: Readonly<Record<View, string>> = {
  mine: "For you",
  waiting: "All waiting",
  decided: "Decided",
  unknown: "Unknown outcome",
  all: "Everything",
};

export const ORDER_NAMES: Readonly<Record<Order, string>> = {
  deadline: "Deadline first",
  oldest: "Oldest first",
  newest: "Newest first",
};

export const FIELD_NAMES: Readonly<Record<Field, string>> = {
  tool: "Tool",
  agent: "Agent",
  requestedBy: "Asked by",
  decidedBy: "Signed by",
  thread: "Thread",
  digest: "Same call as",
};

export const STATUS_NAMES: Readonly<Record<DecidedStatus, string>> = {
  approved: "Approved",
  rejected: "Rejected",
  expired: "Expired",
  cancelled: "Cancelled",
};

const NUMBER = new Intl.NumberFormat("en-US");

/** `12`, `1,000+`. */
function countText({ atLeast, isCapped }: Count): string {
  return `${NUMBER.format(atLeast)}${isCapped ? "+" : ""}`;
}

const NONE: Readonly<Record<View, string>> = {
  mine: "Nothing waits for you",
  waiting: "Nothing waits",
  decided: "Nothing is decided yet",
  unknown: "Every outcome is known",
  all: "No requests",
};

/** What the list is, in words: `12 waiting for you`. */
export function headline(filters: Filters, count: Count | undefined): string {
  const nouns: Readonly<Record<View, string>> = {
    mine: "waiting for you",
    waiting: "waiting",
    decided: filters.status ?? "decided",
    unknown: "with an unknown outcome",
    all: count?.atLeast === 1 ? "request" : "requests",
  };
  const noun = nouns[filters.view];
  if (!count) return noun.slice(0, 1).toUpperCase() + noun.slice(1);
  if (count.atLeast === 0) return isNarrowed(filters) ? "No match" : NONE[filters.view];
  return `${countText(count)} ${noun}`;
}

/** A filter's value, short enough for a chip. */
export function valueText(field: Field, value: string): string {
  return field === "digest" ? `${visible(value.slice(0, 12))}…` : visible(value);
}

/** Who decided it, and what came of it: `approved by Bob`, `approved by Bob, running`. When is drawn beside it. */
export function decidedText(row: Row): string {
  const { status, decidedBy, execution, isGone, missing } = row;
  if (isOverdue(row)) return "Expired: nobody decided in time";
  if (status === "pending") return isGone ? `No longer waits for you${missing === "" ? "" : `: it takes ${missing}`}` : "";
  const isByPerson = (status === "approved" || status === "rejected") && decidedBy !== undefined;
  const what = `${STATUS_NAMES[status]}${isByPerson ? ` by ${decidedBy}` : ""}`;
  const outcomes = { none: "", executing: ", running", done: ", done", failed: ", failed", unknown: ", outcome unknown" } as const;
  return status === "approved" ? `${what}${outcomes[execution]}` : what;
}

/** Characters that two lines have room for, also on a phone. */
const LONGEST_TITLE = 62;
const END = 20;

/** A title in two lines. Its end counts as much as its beginning: amounts stand there. */
export function shortTitle(title: string): string {
  if (title.length <= LONGEST_TITLE) return title;
  const start = title.slice(0, LONGEST_TITLE - END).replace(/\s+\S*$/, "");
  const end = title.slice(-END).replace(/^\S*\s+/, "");
  return `${start} … ${end}`;
}

import type { ApprovalRequest } from "@countersign/core";
import type { ReviewContext } from "../review-context.ts";
import type { Warning } from "../review.ts";
import { deadlineWarnings } from "./deadline.ts";
import { duplicateWarnings } from "./duplicate.ts";
import { editedSinceWarnings } from "./edited-since.ts";
import { frozenWarnings } from "./frozen.ts";
import { hiddenWarnings } from "./hidden-characters.ts";
import { imitationWarnings } from "./imitation.ts";
import { lookAlikeWarnings } from "./look-alike.ts";
import { rightToLeftWarnings } from "./right-to-left.ts";
import { saidIn } from "./said.ts";
import { longWarnings, partialSchemaWarnings } from "./size.ts";
import { titleNumberWarnings } from "./title-number.ts";
import { unusualWarnings } from "./unusual.ts";

const GRAVITY: readonly Warning["severity"][] = ["danger", "caution", "note"];

/** What a person should know before they sign, the gravest first. */
export function warningsOf(request: ApprovalRequest, context: ReviewContext): readonly Warning[] {
  const { now, by, duplicates = [], freezes = [], past = [], seen } = context;
  const said = saidIn(request);
  const mayRun = request.status === "pending" || (request.status === "approved" && request.execution === "none");
  const warnings = [
    ...editedSinceWarnings(request, seen, by),
    ...duplicateWarnings(request, duplicates, now),
    ...(mayRun ? frozenWarnings(freezes, now) : []),
    ...deadlineWarnings(request, now),
    ...imitationWarnings(said),
    ...hiddenWarnings(said),
    ...lookAlikeWarnings(said),
    ...titleNumberWarnings(request),
    ...(mayRun ? unusualWarnings(request, past) : []),
    ...rightToLeftWarnings(said),
    ...partialSchemaWarnings(request),
    ...longWarnings(said),
  ];
  return byGravity(capped(byGravity(warnings)));
}

function byGravity(warnings: readonly Warning[]): readonly Warning[] {
  return warnings.toSorted((a, b) => GRAVITY.indexOf(a.severity) - GRAVITY.indexOf(b.severity));
}

/** So many of a kind are read. What is left of it is counted. */
const MOST = 20;

function capped(warnings: readonly Warning[]): readonly Warning[] {
  return [...Map.groupBy(warnings, ({ kind }) => kind).values()].flatMap((same) => {
    const last = same[MOST - 1];
    const more = same.length - MOST;
    return last && more > 0 ? [...same.slice(0, MOST - 1), { ...last, text: `${last.text} (and ${more} more of this kind)` }] : same;
  });
}

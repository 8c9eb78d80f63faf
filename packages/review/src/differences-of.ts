import type { ApprovalRequest, ArgsPath, JsonObject } from "@countersign/core";
import { ABSENT, isObject, isSameJson, memberOf } from "./json.ts";
import { lineDifference } from "./line-difference.ts";
import { pathText } from "./path-text.ts";
import type { Difference, Side } from "./review.ts";
import { linesOf, valueText } from "./value-text.ts";
import { visibleJson } from "./visible.ts";

/** The model's value, the last proposal's, mine. */
type Three = readonly [model: unknown, proposed: unknown, mine: unknown];

/** Core signs nothing deeper. */
const DEEPEST = 600;

/**
 * What differs between the model's arguments, the last proposal, and an edit at hand: as far down as all of them have the same shape.
 * @param mine the arguments of the edit. Default: the proposal's
 * @example differencesOf(request, { ...request.proposal.args, amount: 4_000 })
 */
export function differencesOf(request: Pick<ApprovalRequest, "args" | "proposal">, mine?: JsonObject): readonly Difference[] {
  const { args, proposal } = request;
  return differing([args, proposal.args, mine ?? proposal.args], []);
}

function differing(three: Three, path: ArgsPath): readonly Difference[] {
  const [model, proposed, mine] = three;
  if (model === proposed && proposed === mine) return [];
  const keys = path.length < DEEPEST ? keysOfAll(three) : undefined;
  if (keys) return keys.flatMap((key) => differing(membersAt(three, key), [...path, key]));
  const isUntouched = isSameJson(proposed, mine);
  if (isUntouched && isSameJson(model, proposed)) return [];
  const [before, after] = isUntouched ? [model, proposed] : [proposed, mine];
  return [
    {
      path,
      name: pathText(path),
      model: sideOf(model),
      proposed: sideOf(proposed),
      mine: sideOf(mine),
      lines: changedLines(before, after),
    },
  ];
}

/** Undefined: they aren't all objects, nor all lists of one length. */
function keysOfAll(three: Three): readonly (string | number)[] | undefined {
  if (three.every(isObject)) return [...new Set(three.flatMap((each) => Object.keys(each as JsonObject)))];
  const lengths = new Set(three.map((each) => (Array.isArray(each) ? each.length : undefined)));
  const [length] = lengths;
  return lengths.size === 1 && length !== undefined ? Array.from({ length }, (_, index) => index) : undefined;
}

function membersAt([model, proposed, mine]: Three, key: string | number): Three {
  return [memberOf(model, key), memberOf(proposed, key), memberOf(mine, key)];
}

function sideOf(value: unknown): Side | undefined {
  if (value === ABSENT) return undefined;
  const lines = typeof value === "string" ? linesOf(value) : undefined;
  return { text: lines ? `${lines.length} lines` : valueText(value) };
}

/** Of blocks, and of lists and objects that have several lines as JSON. */
function changedLines(before: unknown, after: unknown): Difference["lines"] {
  const isLong = [before, after].some((value) =>
    typeof value === "string" ? value.includes("\n") : typeof value === "object" && value !== null,
  );
  if (!isLong || before === ABSENT || after === ABSENT) return undefined;
  return lineDifference(textLines(before), textLines(after));
}

function textLines(value: unknown): readonly string[] {
  if (typeof value === "string") return linesOf(value) ?? [valueText(value)];
  try {
    return visibleJson(value).split("\n");
  } catch {
    return [valueText(value)];
  }
}

import { MASK, type ApprovalRequest, type ArgsPath, type JsonObject } from "@countersign/core";
import { ABSENT, memberOf } from "../json.ts";
import { leavesOf } from "../leaves.ts";
import { pathText } from "../path-text.ts";
import type { Warning } from "../review.ts";
import { valueText } from "../value-text.ts";

/** Fewer calls tell nothing of what is usual. */
const FEWEST = 5;
const FAR = 3;
const LONGEST = 60;
const MOST_PLACES = 200;

/** What is new or far away beside the last calls of the tool that ran. */
export function unusualWarnings(request: ApprovalRequest, past: readonly ApprovalRequest[]): readonly Warning[] {
  const ran = past
    .filter((other) => other.id !== request.id && other.tool === request.tool && other.namespace === request.namespace)
    .map(({ approvedArgs, proposal }) => approvedArgs ?? proposal.args);
  if (ran.length < FEWEST) return [];
  // What stands in a list has no place that another call's could be compared with: the list's length has.
  const single = leavesOf(request.proposal.args).filter(({ path }) => path.every((key) => typeof key === "string"));
  const lists = listsIn(request.proposal.args, [], 0);
  return [
    ...single.slice(0, MOST_PLACES).flatMap(({ path, value }) => unusualAt(path, value, ran)),
    ...lists.slice(0, MOST_PLACES).flatMap(({ path, length }) => {
      const lengths = valuesAt(path, ran).flatMap((value) => (Array.isArray(value) ? [value.length] : []));
      return far(length, lengths, (comparison) => warning(path, `${pathText(path)} has ${length} items, ${comparison}`));
    }),
  ];
}

function unusualAt(path: ArgsPath, value: unknown, ran: readonly JsonObject[]): readonly Warning[] {
  const all = valuesAt(path, ran);
  const earlier = all.filter((each) => each !== MASK);
  const name = pathText(path);
  if (all.length === 0) return [warning(path, `None of the last ${ran.length} calls had ${name}`, "note")];
  if (typeof value === "number") {
    const numbers = earlier.filter((each) => typeof each === "number");
    return far(value, numbers, (comparison) => warning(path, `${name} is ${valueText(value)}, ${comparison}`));
  }
  if (typeof value === "boolean") return first(path, value, earlier);
  if (typeof value !== "string" || value.length > LONGEST || value.includes("\n")) return [];
  // Only what usually comes again is worth a word when it doesn't.
  return new Set(earlier).size <= earlier.length / 2 ? first(path, value, earlier) : [];
}

function first(path: ArgsPath, value: unknown, earlier: readonly unknown[]): readonly Warning[] {
  if (earlier.length < FEWEST || earlier.includes(value)) return [];
  const others = new Set(earlier).size;
  const had = others === 1 ? `always had ${shortText(earlier[0])}` : `had ${others} others`;
  return [warning(path, `First call with ${pathText(path)} ${valueText(value)}: the last ${earlier.length} ${had}`)];
}

function far(value: number, earlier: readonly number[], make: (comparison: string) => Warning): readonly Warning[] {
  if (earlier.length < FEWEST) return [];
  const sorted = earlier.toSorted((a, b) => a - b);
  const [middle, highest] = [sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, sorted.at(-1) ?? 0];
  if (middle <= 0 || value <= highest || value < FAR * middle) return [];
  const times = value / middle;
  const factor = times >= 10 ? Math.round(times) : Math.round(times * 10) / 10;
  return [make(`${valueText(factor)} times the median of the last ${earlier.length} calls; the highest was ${valueText(highest)}`)];
}

function shortText(value: unknown): string {
  const text = valueText(value);
  return text.length <= LONGEST ? text : "another value";
}

function valuesAt(path: ArgsPath, ran: readonly JsonObject[]): readonly unknown[] {
  return ran.map((args) => path.reduce<unknown>(memberOf, args)).filter((value) => value !== ABSENT);
}

function listsIn(value: unknown, path: ArgsPath, depth: number): readonly { readonly path: ArgsPath; readonly length: number }[] {
  if (Array.isArray(value)) return path.length > 0 ? [{ path, length: value.length }] : [];
  if (typeof value !== "object" || value === null || depth > 20) return [];
  return Object.entries(value).flatMap(([key, member]) => listsIn(member, [...path, key], depth + 1));
}

function warning(path: ArgsPath, text: string, severity: Warning["severity"] = "caution"): Warning {
  return { kind: "unusual", severity, text, path, requests: [] };
}

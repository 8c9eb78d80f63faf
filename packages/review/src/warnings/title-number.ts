import { MASK, type ApprovalRequest } from "@countersign/core";
import { leavesOf } from "../leaves.ts";
import type { Warning } from "../review.ts";
import { visible } from "../visible.ts";

const NUMBERS = /\d+(?:[.,'\u2019\u00a0\u202f ]\d+)*/g;
/** Dollars and cents. */
const SCALES: readonly number[] = [1, 100, 0.01];
const MOST_TEXT = 100_000;
const LONGEST_NUMBER = 30;

/**
 * Numbers that a policy's title says and the arguments don't have. Sums of a list, numbers of items, and cents are in them.
 */
export function titleNumberWarnings(request: ApprovalRequest): readonly Warning[] {
  const title = request.proposal.description?.title;
  if (title === undefined || !/\d/.test(title) || hasMask(request)) return [];
  const known = numbersIn(request);
  const missing = (title.match(NUMBERS) ?? []).filter((text) => !readings(text).some((value) => isKnown(value, known)));
  if (missing.length === 0) return [];
  const text = `The title says ${[...new Set(missing)].map(visible).join(" and ")}, which isn't in the arguments`;
  return [{ kind: "title-number", severity: "caution", text, path: undefined, requests: [] }];
}

function hasMask({ proposal }: ApprovalRequest): boolean {
  try {
    return JSON.stringify(proposal.args).includes(MASK);
  } catch {
    return true;
  }
}

function isKnown(value: number, known: ReadonlySet<number>): boolean {
  return SCALES.some((scale) => known.has(rounded(value * scale)));
}

/** 4,200 is four thousand and something, or four and a bit: both are tried. */
function readings(text: string): readonly number[] {
  if (text.length > LONGEST_NUMBER) return [];
  const bare = text.replace(/['\u2019\u00a0\u202f ]/g, "");
  const parts = text.split(/[^\d]/).map(Number);
  if (/^\d{1,3}(?:,\d{3})+$|^\d{1,3}(?:\.\d{3})+$/.test(bare)) return [Number(bare.replace(/[.,]/g, ""))];
  const both = [
    bare.replaceAll(",", ""),
    bare.replaceAll(".", "").replace(",", "."),
    bare.replace(/[.,](?=.*[.,])/g, "").replace(",", "."),
  ];
  const whole = both.map(Number).filter(Number.isFinite);
  // A date or a version is several numbers.
  return parts.length > 2 ? [...whole, ...parts.slice(0, 1)] : whole;
}

function numbersIn({ proposal, args }: ApprovalRequest): ReadonlySet<number> {
  const known = new Set<number>();
  const sums = new Map<string, number>();
  const add = (value: number): unknown => known.add(rounded(Math.abs(value)));
  const sets = proposal.parsed?.sets.flatMap((set) => ("value" in set ? [set.value] : [])) ?? [];
  for (const { path, value } of leavesOf([proposal.args, args, ...sets])) {
    if (typeof value === "number") {
      add(value);
      const place = JSON.stringify(path.map((key, depth) => (depth > 0 && typeof key === "number" ? "*" : key)));
      sums.set(place, (sums.get(place) ?? 0) + value);
    } else if (typeof value === "string" && value.length <= MOST_TEXT) {
      for (const text of value.match(NUMBERS) ?? []) for (const reading of readings(text)) add(reading);
      for (const digits of value.match(/\d+/g) ?? []) add(Number(digits));
    }
  }
  for (const sum of sums.values()) add(sum);
  countItems(proposal.args, add, 0);
  return known;
}

function countItems(value: unknown, add: (count: number) => unknown, depth: number): void {
  if (typeof value !== "object" || value === null || depth > 600) return;
  if (Array.isArray(value)) add(value.length);
  for (const member of Object.values(value)) countItems(member, add, depth + 1);
}

function rounded(value: number): number {
  return Number(value.toPrecision(12));
}

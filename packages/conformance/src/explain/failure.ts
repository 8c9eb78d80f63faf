import { AssertionError } from "node:assert/strict";
import type { Case } from "../contract/case.ts";
import { brief, cutLines } from "./brief.ts";
import { caseLines, failedLine } from "./case-lines.ts";
import { Explained } from "./explained.ts";
import { differences } from "./differences.ts";
import { indented, type Section } from "./section.ts";
import { traced } from "./traced.ts";

const PLACES = 12;
const STACK_LINES = 12;
/** Characters of a whole value. */
const ROOM = 600;

/** What differed, in one sentence. */
export function whatDiffered(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AssertionError && error.generatedMessage) {
    const [first, ...more] = differences(error.actual, error.expected);
    const line = failedLine(error);
    if (first !== undefined)
      return `${first}${more.length > 0 ? ` (and ${more.length} more)` : ""}${line === undefined ? "" : `, in \`${line}\``}`;
  }
  return error.message.split("\n")[0] ?? "";
}

/** All that helps to mend what a case failed on. `told`: what was seen while it was played. */
export function explain(
  { title, guards, run }: Pick<Case<never, string>, "title" | "guards" | "run">,
  error: unknown,
  told: readonly Section[],
  again: string,
): string {
  const sections = [...differing(error), ...told, ...caseLines(run, error)];
  return [
    `must be so:  ${title}`,
    `guards:      ${guards}`,
    `differed:    ${whatDiffered(error)}`,
    ...sections.flatMap(({ heading, lines }) => ["", heading, ...indented(lines)]),
    "",
    `Again: ${again}`,
  ].join("\n");
}

function differing(error: unknown): readonly Section[] {
  if (!(error instanceof Error)) return [];
  if (error instanceof Explained) return error.sections;
  if (!(error instanceof AssertionError)) {
    return [{ heading: "The error", lines: cutLines(traced(error).join("\n"), STACK_LINES) }];
  }
  const { actual, expected } = error;
  const found = differences(actual, expected);
  if (found.length === 0 || typeof actual === "boolean") return [];
  const more = found.length > PLACES ? [`… and ${found.length - PLACES} more`] : [];
  const both = isLarge(actual) && isLarge(expected) ? [`got:      ${brief(actual, ROOM)}`, `expected: ${brief(expected, ROOM)}`] : [];
  return [{ heading: "What came, and what was expected", lines: [...found.slice(0, PLACES), ...more, ...both] }];
}

function isLarge(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

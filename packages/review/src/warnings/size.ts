import type { ApprovalRequest } from "@countersign/core";
import type { Warning } from "../review.ts";
import { subjectOf, type Said } from "./said.ts";

const MOST_CHARACTERS = 4_000;
const MOST_LINES = 100;

/** Texts that nobody reads in passing. */
export function longWarnings(said: readonly Said[]): readonly Warning[] {
  return said.flatMap((one) => {
    const { text, path } = one;
    if (text.length <= MOST_LINES) return [];
    const lines = text.split("\n").length;
    if (text.length <= MOST_CHARACTERS && lines <= MOST_LINES) return [];
    const size = lines > 1 ? `${lines} lines, ${text.length} characters` : `${text.length} characters`;
    return [{ kind: "long", severity: "note", text: `${subjectOf(one)} is long: ${size}`, path, requests: [] }];
  });
}

/** An edit that was checked where the tool's schema isn't at hand. */
export function partialSchemaWarnings({ proposal }: ApprovalRequest): readonly Warning[] {
  if (proposal.parsed?.partial !== true) return [];
  const text = "These arguments were edited where the tool's schema isn't known: it may set others as well when it runs";
  return [{ kind: "partial-schema", severity: "caution", text, path: undefined, requests: [] }];
}

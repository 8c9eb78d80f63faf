import type { Freeze } from "@countersign/core";
import { personText } from "../person-text.ts";
import type { Warning } from "../review.ts";
import { momentOf } from "../span-text.ts";
import { visible } from "../visible.ts";

/** It can be signed, and doesn't run until somebody lifts the freeze. */
export function frozenWarnings(freezes: readonly Freeze[], now: number): readonly Warning[] {
  return freezes.map(({ by, reason, at, tool, agent }) => {
    const what = [tool === undefined ? "" : `the tool ${visible(tool)}`, agent === undefined ? "" : `the agent ${visible(agent)}`].filter(
      Boolean,
    );
    const text = `Frozen by ${personText(by)} ${momentOf(at, now).text} (${what.join(" of ") || "everything"}): ${visible(reason)}`;
    return { kind: "frozen", severity: "danger", text, path: undefined, requests: [] };
  });
}

import type { DecisionRecord } from "../contract/decision.ts";

/** The signatures that count: on the proposal as it stands, since it last changed, one a principal. */
export function signaturesOn({
  decisions,
  proposal,
}: {
  readonly decisions: readonly DecisionRecord[];
  readonly proposal: { readonly digest: string };
}): readonly DecisionRecord[] {
  const changed = decisions.findLastIndex(({ decision, digest }, i) => decision.type === "edit" && digest !== decisions[i - 1]?.digest);
  const counted = new Map<string, DecisionRecord>();
  for (const record of decisions.slice(Math.max(changed, 0))) {
    if (record.digest === proposal.digest && record.decision.type !== "reject") counted.set(record.by.id, record);
  }
  return [...counted.values()];
}

import type { DecisionRecord } from "../contract/decision.ts";

/** The signatures on the proposal as it stands, since it last changed. One person may have given several of them. */
export function signaturesOn({
  decisions,
  proposal,
}: {
  readonly decisions: readonly DecisionRecord[];
  readonly proposal: { readonly digest: string };
}): readonly DecisionRecord[] {
  const changed = decisions.findLastIndex(({ decision, digest }, i) => decision.type === "edit" && digest !== decisions[i - 1]?.digest);
  return decisions.slice(Math.max(changed, 0)).filter(({ digest, decision }) => digest === proposal.digest && decision.type !== "reject");
}

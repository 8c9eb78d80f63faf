import { isSamePerson, type ApprovalRequest, type Principal } from "@countersign/core";
import { personText } from "../person-text.ts";
import type { Warning } from "../review.ts";

/** Other arguments than this person was shown, by somebody else. */
export function editedSinceWarnings(
  { proposal }: ApprovalRequest,
  seen: ApprovalRequest | undefined,
  by: Principal | undefined,
): readonly Warning[] {
  if (!seen || seen.proposal.digest === proposal.digest) return [];
  if (proposal.by && by && isSamePerson(proposal.by, by)) return [];
  const who = proposal.by ? `${personText(proposal.by)} has changed the arguments` : "The arguments are the model's again";
  return [{ kind: "edited-since", severity: "danger", text: `${who} since you last looked`, path: undefined, requests: [] }];
}

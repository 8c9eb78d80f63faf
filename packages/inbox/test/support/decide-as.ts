import type { ApprovalRequest, Decision } from "@countersign/core";
import { PEOPLE, type House, type PersonName } from "./house.ts";

/** Somebody decides elsewhere, such as in another browser. */
export async function decideAs(
  { gate }: House,
  person: PersonName,
  { id, proposal }: ApprovalRequest,
  decision: Decision = { type: "approve" },
): Promise<void> {
  await gate.decide({ id, digest: proposal.digest }, decision, { by: PEOPLE[person] });
}

import type { ApprovalRequest, Gate } from "@countersign/core";
import { ok, problem, warning, type Finding } from "./finding.ts";

const LOOKED_AT = 1_000;

/** Automations that sign: what no person has seen. */
export async function signatures(gate: Gate): Promise<readonly Finding[]> {
  const { items } = await gate.list({ status: "approved", order: "newest", limit: LOOKED_AT });
  const signed = items.filter(({ decisions }) => decisions.length > 0);
  const byAutomation = Map.groupBy(signed.flatMap(automations), (id) => id);
  if (byAutomation.size === 0) return [ok("signatures", `Of the last ${signed.length} signed calls none was signed by an automation.`)];
  return [...byAutomation].map(([id, { length }]) => {
    const message = `${id} signed ${length} of the last ${signed.length} signed calls. It is an automation: no person saw them.`;
    if (id === "dangerously-approve-all")
      return problem("signatures", message, "Take dangerouslyApproveAll() out of createGate: it approves everything.");
    return warning("signatures", message, "If those calls need no person, let the policy allow them; if they do, let a person sign.");
  });
}

function automations({ decisions }: ApprovalRequest): readonly string[] {
  const ids = decisions.filter(({ by, decision }) => by.kind === "automation" && decision.type !== "reject").map(({ by }) => by.id);
  return [...new Set(ids)];
}

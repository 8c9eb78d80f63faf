import type { ApprovalRequest, Gate } from "@countersign/core";
import { count } from "../output/count.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";

const LOOKED_AT = 1_000;

/** Automations that sign: what no person has seen. */
export async function signatures(gate: Gate): Promise<readonly Finding[]> {
  const { items } = await gate.list({ status: "approved", order: "newest", limit: LOOKED_AT });
  const signed = items.filter(({ decisions }) => decisions.length > 0);
  const byAutomation = Map.groupBy(signed.flatMap(automations), (id) => id);
  if (byAutomation.size === 0) return [ok("signatures", `No automation signed any of the last ${count(signed.length, "signed call")}.`)];
  return [...byAutomation].map(([id, { length }]) => {
    const message = `${id} signed ${length} of the last ${count(signed.length, "signed call")}. No person saw them: it is an automation.`;
    if (id === "dangerously-approve-all")
      return problem("signatures", message, "Remove dangerouslyApproveAll() from createGate: it approves everything.");
    return warning("signatures", message, "If those calls need no person, allow them in the policy. If they do, let a person sign.");
  });
}

function automations({ decisions }: ApprovalRequest): readonly string[] {
  const ids = decisions.filter(({ by, decision }) => by.kind === "automation" && decision.type !== "reject").map(({ by }) => by.id);
  return [...new Set(ids)];
}

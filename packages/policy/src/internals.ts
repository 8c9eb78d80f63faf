import { CountersignError, type Policy } from "@countersign/core";
import { policyInternals, type PolicyInternals } from "@countersign/core/policy";

/** @throws SETUP for something that neither definePolicy nor this package made */
export function internalsOf(policy: Policy): PolicyInternals {
  const internals = policyInternals(policy);
  if (!internals)
    throw new CountersignError("SETUP", { hint: "Pass a policy: what definePolicy, loadPolicy, policyFile or shadow gives." });
  return internals;
}

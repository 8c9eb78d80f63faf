import type { Policy } from "@countersign/core";
import { addressed, rulesFor } from "@countersign/core/policy";
import { internalsOf } from "./internals.ts";

/**
 * The tools that no rule names: for them the default holds. Names as in the file, `namespace/tool` for one in a namespace.
 * A rule without a namespace counts for tools in one, though it can't allow them.
 * @example coverage(policy, ["send_payment", "export_ledger"]) // ["export_ledger"]
 * @throws SETUP for a policy that is none
 */
export function coverage(policy: Policy, tools: readonly string[]): readonly string[] {
  const internals = internalsOf(policy);
  return tools.filter((address) => {
    const call = addressed(address);
    return rulesFor(internals.versionFor(call), call).length === 0;
  });
}

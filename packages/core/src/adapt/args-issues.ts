import type { ProposedCall } from "../contract/call.ts";
import type { Gate } from "../contract/gate.ts";
import type { Issue } from "../contract/json.ts";
import { internalsOf } from "../kernel.ts";
import { ruleOf } from "../policy/find.ts";
import { parseWith } from "../policy/schema.ts";

/**
 * What the schema of a call's rule has against its arguments: none where it takes them, or where there is no schema. No
 * condition is asked.
 */
export function argsIssues(gate: Gate, call: Pick<ProposedCall, "namespace" | "tool" | "args">): readonly Issue[] {
  const { policy } = internalsOf(gate).kernel;
  const schema = policy && ruleOf(policy.versionFor(call), call).schema;
  if (!schema) return [];
  try {
    const parsed = parseWith(schema, call.args);
    return "issues" in parsed ? parsed.issues : [];
  } catch {
    // A schema that fails is the policy's to deal with: its conditions hold then.
    return [];
  }
}

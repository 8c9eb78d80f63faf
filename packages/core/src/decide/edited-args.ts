import { jsonCopy } from "../canonical/json.ts";
import type { Issue, JsonObject } from "../contract/json.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import type { Kernel } from "../gate/kernel.ts";
import { fromJsonSchema, parseWith } from "../gate/schema.ts";
import type { Verdict } from "../gate/verdict.ts";
import { toRequest } from "../ledger/move.ts";
import type { RequestRecord } from "../store/records.ts";

/** What the gate's own policy says of these arguments in the place of the recorded ones; undefined without a policy. */
export async function verdictOn({ ledger, policy }: Kernel, record: RequestRecord, args: JsonObject): Promise<Verdict | undefined> {
  if (!policy) return undefined;
  const { namespace, tool, threadId, agent, requestedBy } = record;
  const thread = await ledger.thread(threadId);
  return policy.judge({ namespace, tool, args, threadId, agent, requestedBy, context: thread?.context }).verdict;
}

/**
 * A reviewer's arguments, checked, and the terms that they are signed under.
 * @throws NOT_JSON, INVALID_ARGS, POLICY_DENIED, EDIT_UNCHECKABLE
 */
export async function checkEdit(
  kernel: Kernel,
  record: RequestRecord,
  edited: object,
): Promise<{ readonly args: JsonObject; readonly terms: ReviewTerms }> {
  const args = jsonCopy(edited as JsonObject);
  const verdict = await verdictOn(kernel, record, args);
  const issues = verdict?.type === "invalid" ? verdict.issues : issuesIn(record.argsSchema, args);
  if (!verdict && !issues) throw new CountersignError("EDIT_UNCHECKABLE", { request: toRequest(record) });
  if (issues && issues.length > 0) throw new CountersignError("INVALID_ARGS", { issues });
  if (verdict?.type === "deny") throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason: verdict.reason });
  return { args, terms: verdict?.type === "ask" ? verdict.terms : record.terms };
}

/** Undefined: no schema that can be applied here. */
function issuesIn(schema: JsonObject | undefined, args: JsonObject): readonly Issue[] | undefined {
  if (!schema) return undefined;
  try {
    const parsed = parseWith(fromJsonSchema(schema), args);
    return "issues" in parsed ? parsed.issues : [];
  } catch {
    return undefined;
  }
}

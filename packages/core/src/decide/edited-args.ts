import { jsonCopy } from "../canonical/json.ts";
import type { Issue, JsonObject } from "../contract/json.ts";
import { unmasked } from "../contract/mask.ts";
import type { ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { countsHistory } from "../gate/check.ts";
import { pastCalls } from "../gate/history.ts";
import type { Kernel } from "../gate/kernel.ts";
import { fromJsonSchema, parseWith } from "../gate/schema.ts";
import type { Verdict } from "../gate/verdict.ts";
import type { Writes } from "../ledger/ledger.ts";
import { putThread, toRequest } from "../ledger/move.ts";
import type { RequestRecord } from "../store/records.ts";

const NOTHING: Writes = { changes: [], events: [] };

/** `counted`: refused if the thread's history has changed since the verdict counted it. */
interface Rejudged {
  readonly verdict: Verdict | undefined;
  readonly counted: Writes;
}

/**
 * What the gate's own policy says of these arguments in the place of the recorded ones; undefined without a policy.
 * `earlier`: requests of the thread as the same write will leave them.
 */
export async function verdictOn(
  { ledger, policy }: Kernel,
  record: RequestRecord,
  args: JsonObject,
  earlier: readonly RequestRecord[] = [],
): Promise<Rejudged> {
  if (!policy) return { verdict: undefined, counted: NOTHING };
  const { namespace, tool, threadId, agent, requestedBy } = record;
  // The thread first: what is allowed after this read makes the commit that expects its version fail.
  const thread = await ledger.thread(threadId);
  const counts = countsHistory(policy.versionFor(record), record);
  const latest = (recorded: RequestRecord): RequestRecord => earlier.find(({ id }) => id === recorded.id) ?? recorded;
  const history = counts ? pastCalls((await ledger.ofThread(threadId)).map(latest), record.id) : undefined;
  const { verdict } = policy.judge({ namespace, tool, args, threadId, agent, requestedBy, context: thread?.context, history });
  return { verdict, counted: thread && counts ? putThread(thread, thread.version, undefined) : NOTHING };
}

/** A reviewer's arguments, with what they didn't get to see: a mask stands for what is proposed in its place. @throws NOT_JSON */
export function editedArgs(record: RequestRecord, edited: object): ReturnType<typeof unmasked> {
  return unmasked(jsonCopy(edited as JsonObject), record.proposal.args, record.redact);
}

/**
 * A reviewer's arguments, checked, and the terms that they are signed under.
 * @throws NOT_JSON, INVALID_ARGS, POLICY_DENIED, EDIT_UNCHECKABLE
 */
export async function checkEdit(
  kernel: Kernel,
  record: RequestRecord,
  edited: object,
  earlier: readonly RequestRecord[],
): Promise<{ readonly args: JsonObject; readonly terms: ReviewTerms; readonly counted: Writes }> {
  const { args, lost } = editedArgs(record, edited);
  if (lost.length > 0) throw new CountersignError("INVALID_ARGS", { issues: lost });
  const { verdict, counted } = await verdictOn(kernel, record, args, earlier);
  const issues = verdict?.type === "invalid" ? verdict.issues : issuesIn(record.argsSchema, args);
  if (!verdict && !issues) throw new CountersignError("EDIT_UNCHECKABLE", { request: toRequest(record) });
  if (issues && issues.length > 0) throw new CountersignError("INVALID_ARGS", { issues });
  if (verdict?.type === "deny") throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason: verdict.reason });
  return { args, terms: verdict?.type === "ask" ? verdict.terms : record.terms, counted };
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

import { canonicalJson, jsonCopy } from "../canonical/json.ts";
import type { Issue, JsonObject } from "../contract/json.ts";
import { unmasked } from "../contract/mask.ts";
import { CountersignError } from "../errors/error.ts";
import { keptDefaults, parsedBy } from "../gate/parsed.ts";
import type { Kernel } from "../kernel.ts";
import type { Writes } from "../ledger/writes.ts";
import { putThread } from "../ledger/transition.ts";
import { toRequest, type WithSchema } from "../ledger/to-request.ts";
import type { Judgement } from "../policy/check.ts";
import { countsHistory } from "../policy/find.ts";
import { pastCalls } from "../policy/history.ts";
import { parseByRule } from "../policy/policy.ts";
import { fromJsonSchema, parseWith } from "../policy/schema.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";
import { termsOfEdit, type EditTerms } from "./edit-terms.ts";

const NOTHING: Writes = { changes: [], events: [] };

/** `held`: refused if the thread's history has changed since the verdict counted it. */
interface Rejudged {
  readonly judgement: Judgement | undefined;
  readonly held: Writes;
}

/** What a call is judged after. */
interface After {
  /** What counts of what is recorded of the thread. Default: all. */
  readonly past?: (recorded: readonly RequestRecord[]) => readonly RequestRecord[];
  /** Default: the thread's. */
  readonly context?: unknown;
}

/** What the gate's own policy says of these arguments in the place of the recorded ones; undefined without a policy. */
export async function judgedAnew(
  { ledger, policy }: Kernel,
  record: RequestRecord,
  args: JsonObject,
  { past = (recorded) => recorded, context }: After = {},
): Promise<Rejudged> {
  if (!policy) return { judgement: undefined, held: NOTHING };
  const { namespace, tool, threadId, agent, requestedBy } = record;
  // The thread first: what is allowed after this read makes the commit that expects its version fail.
  const thread = await ledger.thread(threadId);
  const call = {
    namespace,
    tool,
    args,
    threadId,
    agent,
    requestedBy,
    context: context ?? thread?.context,
    now: record.judgedAt,
    redact: record.redact,
  };
  if (!countsHistory(policy.versionFor(record), record)) return { judgement: policy.judge(call), held: NOTHING };
  // Whoever signs looks at all of it: the totals are kept by the processes of agents.
  const history = pastCalls(past(await ledger.ofThread(threadId)), record.id);
  return { judgement: policy.judge({ ...call, history }), held: thread ? putThread(thread, {}) : NOTHING };
}

/** A reviewer's arguments, with what they didn't get to see: a mask stands for what is proposed in its place. @throws NOT_JSON */
export function editedArgs(record: RequestRecord, edited: object): ReturnType<typeof unmasked> {
  return unmasked(jsonCopy(edited as JsonObject), proposedArgs(record), record.redact);
}

/**
 * A reviewer's arguments, checked, and the terms that they are signed under. `earlier`: requests of the thread as the same
 * write will leave them.
 * @throws NOT_JSON, INVALID_ARGS, POLICY_DENIED, DECISION_NOT_ALLOWED, EDIT_UNCHECKABLE
 */
export async function checkEdit(
  kernel: Kernel,
  record: RequestRecord,
  edited: object,
  earlier: readonly RequestRecord[],
): Promise<EditTerms & Pick<RequestRecord["proposal"], "parsed" | "description"> & { readonly args: JsonObject; readonly held: Writes }> {
  const { args, lost } = editedArgs(record, edited);
  if (lost.length > 0) throw new CountersignError("INVALID_ARGS", { issues: lost });
  const latest = (recorded: RequestRecord): RequestRecord => earlier.find(({ id }) => id === recorded.id) ?? recorded;
  const { judgement, held } = await judgedAnew(kernel, record, args, { past: (recorded) => recorded.map(latest) });
  const verdict = judgement?.verdict;
  const issues = verdict?.type === "invalid" ? verdict.issues : issuesIn((record as WithSchema).argsSchema, args);
  if (!verdict && !issues) throw new CountersignError("EDIT_UNCHECKABLE", { request: toRequest(record) });
  if (issues && issues.length > 0) throw new CountersignError("INVALID_ARGS", { issues });
  if (verdict?.type === "deny") throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason: verdict.reason });
  // By a time that was read after the record: what has escalated already shall not do so again.
  const terms = termsOfEdit(record, judgement, await kernel.ledger.now());
  // Without a policy here nobody can say in words what was edited.
  return { args, held, parsed: await parsedEdit(kernel, record, args), description: judgement?.describe(), ...terms };
}

/** The rule's schema stands for the tool's where it makes the same of what was proposed before. */
async function parsedEdit({ policy }: Kernel, record: RequestRecord, edited: JsonObject) {
  const { namespace, tool, redact } = record;
  const { parsed } = record.proposal;
  const args = proposedArgs(record);
  if (!parsed) return undefined;
  const parse = policy && parseByRule(policy, { namespace, tool });
  const here = await parsedBy(parse, args, redact);
  const isSame = here && canonicalJson(here) === canonicalJson(parsed);
  return (isSame ? await parsedBy(parse, edited, redact) : undefined) ?? keptDefaults(parsed, args, edited);
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

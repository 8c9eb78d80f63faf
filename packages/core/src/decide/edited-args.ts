import { canonicalJson, jsonCopy } from "../canonical/json.ts";
import type { Issue, JsonObject } from "../contract/json.ts";
import { unmasked } from "../contract/mask.ts";
import type { ParsedArgs } from "../contract/parsed.ts";
import { durationMs } from "../contract/terms.ts";
import type { Verdict } from "../contract/verdict.ts";
import { CountersignError } from "../errors/error.ts";
import { keptDefaults, parsedBy } from "../gate/parsed.ts";
import type { Kernel } from "../kernel.ts";
import type { Writes } from "../ledger/writes.ts";
import { putThread } from "../ledger/transition.ts";
import { toRequest, type WithSchema } from "../ledger/to-request.ts";
import { countsHistory } from "../policy/check.ts";
import { pastCalls } from "../policy/history.ts";
import { parseByRule } from "../policy/policy.ts";
import { fromJsonSchema, parseWith } from "../policy/schema.ts";
import { termsAt } from "../store/notices.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";
import { tightened } from "./tighten.ts";

const NOTHING: Writes = { changes: [], events: [] };

/** `held`: refused if the thread's history has changed since the verdict counted it. */
interface Rejudged {
  readonly verdict: Verdict | undefined;
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
export async function verdictOn(
  { ledger, policy }: Kernel,
  record: RequestRecord,
  args: JsonObject,
  { past = (recorded) => recorded, context }: After = {},
): Promise<Rejudged> {
  if (!policy) return { verdict: undefined, held: NOTHING };
  const { namespace, tool, threadId, agent, requestedBy } = record;
  // The thread first: what is allowed after this read makes the commit that expects its version fail.
  const thread = await ledger.thread(threadId);
  const call = { namespace, tool, args, threadId, agent, requestedBy, context: context ?? thread?.context };
  if (!countsHistory(policy.versionFor(record), record)) return { verdict: policy.judge(call).verdict, held: NOTHING };
  // Whoever signs looks at all of it: the totals are kept by the processes of agents.
  const history = pastCalls(past(await ledger.ofThread(threadId)), record.id);
  return { verdict: policy.judge({ ...call, history }).verdict, held: thread ? putThread(thread, {}) : NOTHING };
}

/** A reviewer's arguments, with what they didn't get to see: a mask stands for what is proposed in its place. @throws NOT_JSON */
export function editedArgs(record: RequestRecord, edited: object): ReturnType<typeof unmasked> {
  return unmasked(jsonCopy(edited as JsonObject), proposedArgs(record), record.redact);
}

/** What an edit may change of a request beside what is proposed. */
type Terms = Pick<RequestRecord, "terms" | "expiresAt" | "executeWithin">;

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
): Promise<Terms & { readonly args: JsonObject; readonly parsed: ParsedArgs | undefined; readonly held: Writes }> {
  const { args, lost } = editedArgs(record, edited);
  if (lost.length > 0) throw new CountersignError("INVALID_ARGS", { issues: lost });
  const latest = (recorded: RequestRecord): RequestRecord => earlier.find(({ id }) => id === recorded.id) ?? recorded;
  const { verdict, held } = await verdictOn(kernel, record, args, { past: (recorded) => recorded.map(latest) });
  const issues = verdict?.type === "invalid" ? verdict.issues : issuesIn((record as WithSchema).argsSchema, args);
  if (!verdict && !issues) throw new CountersignError("EDIT_UNCHECKABLE", { request: toRequest(record) });
  if (issues && issues.length > 0) throw new CountersignError("INVALID_ARGS", { issues });
  if (verdict?.type === "deny") throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason: verdict.reason });
  // By a time that was read after the record: what has escalated already shall not do so again.
  const terms = termsOfEdit(record, verdict, await kernel.ledger.now());
  return { args, held, parsed: await parsedEdit(kernel, record, args), ...terms };
}

/** The rule's schema stands for the tool's where it makes the same of what was proposed before. */
async function parsedEdit({ policy }: Kernel, record: RequestRecord, edited: JsonObject) {
  const { namespace, tool } = record;
  const { parsed } = record.proposal;
  const args = proposedArgs(record);
  if (!parsed) return undefined;
  const parse = policy && parseByRule(policy, { namespace, tool });
  const here = await parsedBy(parse, args);
  const isSame = here && canonicalJson(here) === canonicalJson(parsed);
  return (isSame ? await parsedBy(parse, edited) : undefined) ?? keptDefaults(parsed, args, edited);
}

/**
 * Those under which the call was asked, and tightened by the policy of whoever decides. Other arguments are no younger: who
 * is asked as well by now is so under their terms too.
 */
function termsOfEdit(record: RequestRecord, verdict: Verdict | undefined, now: number): Terms {
  const asked = termsAt(record, now);
  if (verdict?.type !== "ask") return { terms: asked, expiresAt: record.expiresAt, executeWithin: record.executeWithin };
  const { askedAt, requestedBy } = record;
  const here = termsAt({ askedAt, terms: verdict.terms }, now);
  if (here.decisions && !here.decisions.includes("edit")) {
    const allowed = here.decisions.filter((type) => asked.decisions?.includes(type) ?? true);
    throw new CountersignError("DECISION_NOT_ALLOWED", { allowed }, { note: `The policy here (rule ${verdict.rule}) offers no edit.` });
  }
  const terms = tightened(asked, here, requestedBy);
  const lasts = terms?.expiresIn === undefined ? undefined : durationMs(terms.expiresIn);
  const expiresAt = lasts === undefined ? record.expiresAt : Math.min(record.expiresAt ?? Infinity, askedAt + lasts);
  // A deadline of the call's own that passed while it was read is the commit's to find: EXPIRED, and the record says so.
  const isShortened = expiresAt !== record.expiresAt;
  if (!terms || (isShortened && expiresAt !== undefined && expiresAt <= now)) {
    const reason =
      "an edit has to meet the terms under which the call was asked and those of the policy here, and nobody can sign under both: " +
      `asked under ${JSON.stringify(asked)}, here ${JSON.stringify(here)}`;
    throw new CountersignError("POLICY_DENIED", { rule: verdict.rule, reason });
  }
  const executeWithin = terms.executeWithin === undefined ? undefined : durationMs(terms.executeWithin);
  return { terms, expiresAt, executeWithin };
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

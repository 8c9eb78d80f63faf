import { digestOf } from "../canonical/json.ts";
import type { Decision, DecisionRecord } from "../contract/decision.ts";
import { originNote, type Origin } from "../contract/origin.ts";
import { isSamePerson } from "../contract/person.ts";
import type { Principal } from "../contract/principal.ts";
import { decisionsOf, isBatchable, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import type { Kernel } from "../kernel.ts";
import { together, transition } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import type { Writes } from "../ledger/writes.ts";
import { hasEnough } from "../policy/tighten.ts";
import { nextNoticeAt, noticesGivenUpTo } from "../store/notices.ts";
import type { RequestRecord } from "../store/records.ts";
import { authorize, authorizeSignature, hasSigned, isComplete } from "./authorize.ts";
import { confirmed, typed } from "./confirm.ts";
import { isOverdue } from "./deadline.ts";
import { checkEdit, editedArgs } from "./edited-args.ts";
import { alreadyDecided, nobodyElse } from "./refusal-to-decide.ts";
import { isRemembered, rememberedBy } from "./remember.ts";

/** One of several decisions that are made together. */
export interface Ballot {
  readonly id: string;
  /** Digest of the proposal that was shown. Undefined: the model's own arguments were, and nobody has edited them since. */
  readonly seen: string | undefined;
  readonly decision: Decision;
}

/** A ballot, and who casts it. */
export interface Vote extends Ballot {
  readonly by: Principal;
  readonly via: string | undefined;
  readonly origin: Origin | undefined;
  readonly batch: string | undefined;
  /** What has to be typed counts as typed. */
  readonly isPreview?: true;
}

type Records = readonly RequestRecord[];

/** What one vote makes of its request. Nothing is written yet. */
export interface Plan {
  readonly old: RequestRecord;
  /** As it then is. */
  readonly record: RequestRecord;
  readonly writes: Writes;
  /** What else the commit has to hold true. */
  readonly held: Writes;
}

/**
 * What `gate.decide` would write of a vote, and `gate.preview` tells. `earlier`: the requests that the votes before it have changed.
 * Undefined: its deadline has passed.
 * @throws whatever `gate.decide` throws
 */
export async function planned(kernel: Kernel, record: RequestRecord, vote: Vote, now: number, earlier: Records): Promise<Plan | undefined> {
  authorize(vote.by, record.terms, record.requestedBy);
  if (isSameVote(record, vote)) return { old: record, record, writes: together(), held: together() };
  if (record.state !== "pending") throw alreadyDecided(toRequest(record));
  if (await isOverdue(kernel, record, now)) return undefined;
  const allowed = decisionsOf(record.terms);
  if (!allowed.includes(vote.decision.type)) throw new CountersignError("DECISION_NOT_ALLOWED", { allowed });
  checkBatch(record.terms, vote);
  const remembered = rememberedBy(record, vote, now);
  if (!isAsSeen(record, vote)) throw new CountersignError("ARGS_CHANGED", { request: toRequest(record) });

  const { patch, held } = await applied(kernel, record, vote, now, earlier);
  const type = patch.state === "pending" ? "voted" : patch.state;
  const note = remembered && { grantId: remembered.id };
  const move = transition(record, patch, { type, at: now, actor: vote.by, note });
  return { old: record, record: move.record, writes: remembered ? together(move, remembered.writes) : move, held };
}

interface Applied extends Pick<Plan, "held"> {
  readonly patch: Partial<RequestRecord> & Pick<RequestRecord, "state">;
}

/** The request after this vote. */
async function applied(kernel: Kernel, record: RequestRecord, vote: Vote, at: number, earlier: Records): Promise<Applied> {
  const { by, via, batch } = vote;
  const rest = { ...originNote(vote.origin), ...(batch === undefined ? {} : { batch }) };
  const signed = (decision: Decision, digest: string): DecisionRecord => ({ decision, by, at, via, ...rest, digest, signature: undefined });
  if (vote.decision.type === "reject") {
    const { digest } = record.proposal;
    const decisions = [...record.decisions, signed(vote.decision, digest)];
    return { patch: { state: "rejected", decisions, decidedAt: at }, held: together() };
  }
  const { decision, held, ...proposing } = await proposed(kernel, record, vote, vote.decision, earlier);
  const decisions = [...record.decisions, signed(decision, proposing.proposal.digest)];
  const after = { ...record, ...proposing, decisions };
  if (decision.type === "approve") authorizeSignature(by, record, after);
  const complete = isComplete(after);
  const approved = complete ? { decidedAt: at } : {};
  const noticeAt = nextNoticeAt(after, Math.max(at, noticesGivenUpTo(record)));
  return { patch: { state: complete ? "approved" : "pending", ...proposing, noticeAt, decisions, ...approved }, held };
}

/** What is being signed, and under which terms. */
type Proposing = Pick<RequestRecord, "proposal" | "terms" | "tier" | "expiresAt" | "executeWithin">;

/** The proposal as it stands, or the reviewer's own. */
async function proposed(
  kernel: Kernel,
  record: RequestRecord,
  vote: Vote,
  decision: Exclude<Decision, { type: "reject" }>,
  earlier: Records,
): Promise<Proposing & Pick<Applied, "held"> & { readonly decision: Decision }> {
  if (decision.type === "approve") {
    const { proposal, terms, tier, expiresAt, executeWithin } = record;
    return { proposal, terms, tier, expiresAt, executeWithin, decision: confirming(record, record, decision, vote), held: together() };
  }
  const { by } = vote;
  const { args, parsed, description, held, ...terms } = await checkEdit(kernel, record, decision.args, earlier);
  authorize(by, terms.terms, record.requestedBy);
  checkBatch(terms.terms, vote);
  const digest = digestOf({ ...record, args });
  const edited = { args, digest, by, ...(parsed && { parsed }), ...(description && { description }) };
  const proposal = digest === record.proposal.digest ? record.proposal : edited;
  if (proposal === edited && !hasEnough(terms.terms, record.requestedBy, by)) throw nobodyElse(record.terms);
  const proposing = { proposal, ...terms };
  return { ...proposing, decision: confirming(record, proposing, { ...decision, args }, vote), held };
}

/** @throws NOT_CONFIRMED, also for a preview where nothing can be typed */
function confirming(
  record: RequestRecord,
  signing: Pick<RequestRecord, "terms" | "proposal">,
  decision: Exclude<Decision, { type: "reject" }>,
  { isPreview }: Vote,
): Decision {
  return confirmed(record, signing, isPreview ? typed({ ...record, ...signing }, decision) : decision);
}

/** One look at several calls: only where the terms let it be, and nothing is left behind by it. @throws DECISION_NOT_ALLOWED */
function checkBatch(terms: ReviewTerms, { batch, decision }: Vote): void {
  if (batch === undefined || (isBatchable(terms) && !decision.remember)) return;
  const [without, note] = isBatchable(terms)
    ? ["remember", "Nothing is remembered of a decision about several calls."]
    : ["batch", "The terms want each call to be looked at by itself: see review.batch of the policy."];
  throw new CountersignError("DECISION_NOT_ALLOWED", { allowed: [`the same decision without ${without}`] }, { note });
}

/** The same vote again writes nothing, or one impatient clicker would starve the others. */
function isSameVote(record: RequestRecord, { decision, by, seen }: Vote): boolean {
  const mine = record.decisions.findLast((earlier) => isSamePerson(earlier.by, by));
  if (!mine || mine.decision.type !== decision.type || !isRemembered(mine.decision, decision)) return false;
  if (decision.type === "reject") return mine.decision.type === "reject" && saysSame(mine.decision, decision);
  if (!hasSigned(by, record) || record.state === "rejected" || record.state === "expired" || record.state === "cancelled") return false;
  const signed = decision.type === "approve" ? seen : digestOf({ ...record, args: editedArgs(record, decision.args).args });
  return mine.digest === (signed ?? digestOf(record));
}

/** Is the model told the same, and does the run go on in the same way? */
function saysSame(a: Rejection, b: Rejection): boolean {
  return a.message === b.message && (a.then ?? "continue") === (b.then ?? "continue");
}
type Rejection = Extract<Decision, { readonly type: "reject" }>;

/** Nobody signs what they haven't seen. */
function isAsSeen({ proposal }: RequestRecord, { seen }: Vote): boolean {
  return seen === undefined ? proposal.by === undefined : seen === proposal.digest;
}

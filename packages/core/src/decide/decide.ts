import { z } from "zod";
import { digestOf } from "../canonical/json.ts";
import { decisionSchema, type Decision, type DecisionRecord } from "../contract/decision.ts";
import { originNote, originSchema, type Origin } from "../contract/origin.ts";
import { isSamePerson } from "../contract/person.ts";
import { principalSchema, type Principal } from "../contract/principal.ts";
import type { ApprovalRequest, SeenProposal } from "../contract/request.ts";
import { decisionsOf, isBatchable, type ReviewTerms } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import type { Kernel } from "../kernel.ts";
import type { Writes } from "../ledger/writes.ts";
import { persist } from "../ledger/persist.ts";
import { transition, together } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import { hasEnough } from "../policy/tighten.ts";
import { nextNoticeAt, noticesGivenUpTo } from "../store/notices.ts";
import type { RequestRecord } from "../store/records.ts";
import { authorize, authorizeSignature, hasSigned, isComplete } from "./authorize.ts";
import { confirmed } from "./confirm.ts";
import { expire, isOverdue } from "./deadline.ts";
import { checkEdit, editedArgs } from "./edited-args.ts";
import { giveDueNotices, isNoticeDue } from "./notice.ts";
import { alreadyDecided, nobodyElse } from "./refusal-to-decide.ts";
import { isRemembered, rememberedBy } from "./remember.ts";

const seenSchema: z.ZodType<{ readonly id: string; readonly digest: string }> = z.lazy(() =>
  z.union([
    z.object({ id: z.string(), digest: z.string() }),
    z
      .object({ id: z.string(), proposal: z.object({ digest: z.string() }) })
      .transform(({ id, proposal }) => ({ id, digest: proposal.digest })),
  ]),
);
const optionsSchema = z.lazy(() =>
  z.object({ by: principalSchema, via: z.string().optional(), origin: originSchema.optional(), batch: z.string().min(1).optional() }),
);

const SEEN = "Pass the request that was shown, or what it was: gate.decide({ id, digest: request.proposal.digest }, approve(), { by }).";
const BY = 'Say who decides: gate.decide(request, approve(), { by: { id: "alice" } }).';

/** One of several decisions that are made together. */
export interface Ballot {
  readonly id: string;
  /** Digest of the proposal that was shown. Undefined: the model's own arguments were, and nobody has edited them since. */
  readonly seen: string | undefined;
  readonly decision: Decision;
}

/** A ballot, and who casts it. */
interface Vote extends Ballot {
  readonly by: Principal;
  readonly via: string | undefined;
  readonly origin: Origin | undefined;
  readonly batch: string | undefined;
}

type Signing = {
  readonly by: Principal;
  readonly via?: string | undefined;
  readonly origin?: Origin | undefined;
  readonly batch?: string | undefined;
};

/** One decision on one request: authorised, validated, compare-and-set. */
export async function decide(kernel: Kernel, seen: SeenProposal, decision: Decision, options: Signing): Promise<ApprovalRequest> {
  const { id, digest } = parseInput(seenSchema, seen, "request", SEEN);
  const [request] = await decideTogether(kernel, [{ id, seen: digest, decision }], options);
  return request as ApprovalRequest;
}

/** Several requests of one thread, each once: all are decided in one write, or none is. */
export async function decideTogether(kernel: Kernel, ballots: readonly Ballot[], options: Signing): Promise<readonly ApprovalRequest[]> {
  const { by, via, origin, batch } = parseInput(optionsSchema, options, "options", BY);
  const votes = ballots.map((ballot): Vote => ({ ...ballot, decision: readDecision(ballot.decision), by, via, origin, batch }));
  return (await persist(() => attempt(kernel, votes))).map(toRequest);
}

/** @throws INVALID_ARGS */
function readDecision(decision: unknown): Decision {
  return parseInput(decisionSchema, decision, "decision", "Pass what approve(), edit(args) or reject(message) returns.");
}

type Records = readonly RequestRecord[];

/** Undefined: something changed meanwhile, look again. */
async function attempt(kernel: Kernel, votes: readonly Vote[]): Promise<Records | undefined> {
  const { ledger } = kernel;
  const read = async (vote: Vote) => ({ vote, record: await ledger.demand(vote.id) });
  const [cast, now] = await Promise.all([Promise.all(votes.map(read)), ledger.now()]);
  const due = cast.find(({ record }) => isNoticeDue(record, now));
  if (due) {
    // Whoever is asked as well by now may sign, sweeper or not.
    await giveDueNotices(kernel, due.record.id);
    return undefined;
  }
  const plans: Plan[] = [];
  for (const { vote, record } of cast) {
    const earlier = plans.map((plan) => plan.record);
    const plan = await planned(kernel, record, vote, now, earlier);
    if (!plan) return undefined;
    plans.push(plan);
  }
  const committed = await commit(kernel, plans, now);
  return committed ? plans.map(({ record }) => record) : undefined;
}

/** What one vote makes of its request. Nothing is written yet. */
interface Plan {
  readonly old: RequestRecord;
  /** As it then is. */
  readonly record: RequestRecord;
  readonly writes: Writes;
  /** What else the commit has to hold true. */
  readonly held: Writes;
}

/** `earlier`: the requests that the votes before it have changed. Undefined: something changed meanwhile. */
async function planned(kernel: Kernel, record: RequestRecord, vote: Vote, now: number, earlier: Records): Promise<Plan | undefined> {
  authorize(vote.by, record.terms, record.requestedBy);
  if (isSameVote(record, vote)) return { old: record, record, writes: together(), held: together() };
  if (record.state !== "pending") throw alreadyDecided(toRequest(record));
  if (await isOverdue(kernel, record, now)) return refuseExpired(kernel, record, now);
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

/** False: something changed meanwhile. @throws EXPIRED if one of them is too late by the store's own clock */
async function commit(kernel: Kernel, plans: readonly Plan[], now: number): Promise<boolean> {
  const votes = plans.filter(({ writes }) => writes.changes.length > 0);
  const deadline = ({ record }: Plan): number => record.expiresAt ?? Infinity;
  const [first] = votes.toSorted((a, b) => deadline(a) - deadline(b));
  if (!first) return true;
  // Whatever counts history holds the same thread still: it can be put once, and the earliest read is the strictest.
  const held = votes.find((plan) => plan.held.changes.length > 0)?.held ?? together();
  const batch = together(...votes.map(({ writes }) => writes), held);
  const committed = await kernel.ledger.commit({ ...batch, before: first.record.expiresAt });
  // Too late only for the terms of an edit: the next look refuses it, and the request stays as it was.
  const isOver = !committed.ok && committed.reason === "TOO_LATE" && first.record.expiresAt === first.old.expiresAt;
  if (isOver) await refuseExpired(kernel, first.old, now);
  return committed.ok;
}

/** Undefined: it changed meanwhile, look again. @throws EXPIRED */
async function refuseExpired(kernel: Kernel, record: RequestRecord, now: number): Promise<undefined> {
  const expired = await expire(kernel, record, now);
  if (expired) throw new CountersignError("EXPIRED", { request: toRequest(expired) });
  return undefined;
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
    return { proposal, terms, tier, expiresAt, executeWithin, decision: confirmed(record, record, decision), held: together() };
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
  return { ...proposing, decision: confirmed(record, proposing, { ...decision, args }), held };
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
  if (decision.type === "reject") return true;
  if (!hasSigned(by, record) || record.state === "rejected" || record.state === "expired" || record.state === "cancelled") return false;
  const signed = decision.type === "approve" ? seen : digestOf({ ...record, args: editedArgs(record, decision.args).args });
  return mine.digest === (signed ?? digestOf(record));
}

/** Nobody signs what they haven't seen. */
function isAsSeen({ proposal }: RequestRecord, { seen }: Vote): boolean {
  return seen === undefined ? proposal.by === undefined : seen === proposal.digest;
}

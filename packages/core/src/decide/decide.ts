import { z } from "zod";
import { decisionSchema, type Decision, type DecisionRecord } from "../contract/decision.ts";
import { digestOf } from "../canonical/digest.ts";
import type { JsonObject } from "../contract/json.ts";
import { masked } from "../contract/mask.ts";
import { principalSchema, type Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import type { Kernel } from "../gate/kernel.ts";
import { persist, type Writes } from "../ledger/ledger.ts";
import { maskDecision } from "../ledger/masked.ts";
import { moveRequest, together, toRequest } from "../ledger/move.ts";
import { nextNoticeAt, termsAt } from "../store/notices.ts";
import type { RequestRecord } from "../store/records.ts";
import { signaturesOn } from "../store/signatures.ts";
import { authorize } from "./authorize.ts";
import { expire, isOverdue } from "./deadline.ts";
import { parseInput } from "../errors/parse-input.ts";
import { checkEdit, editedArgs } from "./edited-args.ts";
import { giveNotices, isNoticeDue } from "./notice.ts";
import { isRemembered, rememberedBy } from "./remember.ts";

/** What a reviewer looked at: the request itself, or its id and the digest that was shown. */
export type Seen = ApprovalRequest | { readonly id: string; readonly digest: string };

const seenSchema: z.ZodType<{ readonly id: string; readonly digest: string }> = z.lazy(() =>
  z.union([
    z.object({ id: z.string(), digest: z.string() }),
    z
      .object({ id: z.string(), proposal: z.object({ digest: z.string() }) })
      .transform(({ id, proposal }) => ({ id, digest: proposal.digest })),
  ]),
);
const optionsSchema = z.lazy(() => z.object({ by: principalSchema, via: z.string().optional() }));

/** What is said, by whom, about what: parsed, and the arguments it signs. */
interface Vote {
  readonly decision: Decision;
  readonly by: Principal;
  readonly via: string | undefined;
  /** Of the proposal that was shown. */
  readonly seen: string;
}

/** One decision on one request: authorised, validated, compare-and-set. */
export async function decide(
  kernel: Kernel,
  seen: Seen,
  decision: Decision,
  options: { by: Principal; via?: string | undefined },
): Promise<ApprovalRequest> {
  const shown = parseInput(seenSchema, seen, "seen");
  const { by, via } = parseInput(optionsSchema, options, "options");
  const vote: Vote = { decision: parseInput(decisionSchema, decision, "decision"), by, via, seen: shown.digest };
  return toRequest(await persist(() => attempt(kernel, shown.id, vote)));
}

async function attempt(kernel: Kernel, id: string, vote: Vote): Promise<RequestRecord | undefined> {
  const { ledger } = kernel;
  const [record, now] = await Promise.all([ledger.demand(id), ledger.now()]);
  if (isNoticeDue(record, now)) {
    // Whoever is asked as well by now may sign, sweeper or not.
    await giveNotices(kernel, record, now);
    return undefined;
  }
  authorize(vote.by, record.terms, record.requestedBy);
  if (isSameVote(record, vote)) return record;
  if (record.state !== "pending") {
    const request = toRequest(record);
    const winner = record.status === "expired" || record.status === "cancelled" ? undefined : request.decisions.at(-1);
    throw new CountersignError("ALREADY_DECIDED", { request, winner });
  }
  if (await isOverdue(kernel, record, now)) return refuseExpired(kernel, record, now);
  const allowed = record.terms.decisions ?? ["approve", "edit", "reject"];
  if (!allowed.includes(vote.decision.type)) throw new CountersignError("DECISION_NOT_ALLOWED", { allowed });
  const remembered = rememberedBy(record, vote, now);
  if (record.proposal.digest !== vote.seen) throw new CountersignError("ARGS_CHANGED", { request: toRequest(record) });

  const { patch, digest, args, counted } = await applied(kernel, record, vote, now);
  const { decision, by, via } = vote;
  const said = { ...decision, ...(decision.type === "edit" ? { args } : {}) };
  const shown = { decision: maskDecision(said, record.redact), args: masked(args, record.redact) };
  const data = { ...shown, digest, via, grantId: remembered?.id };
  const type = patch.state === "pending" ? "voted" : patch.state;
  const move = moveRequest(record, patch, { type, at: now, actor: by, data });
  const batch = together(move, counted, ...(remembered ? [remembered.writes] : []));
  const committed = await ledger.commit({ ...batch, before: record.expiresAt });
  if (committed.ok) return move.record;
  return committed.reason === "TOO_LATE" ? refuseExpired(kernel, record, now) : undefined;
}

/** Undefined: it changed meanwhile, look again. @throws EXPIRED */
async function refuseExpired(kernel: Kernel, record: RequestRecord, now: number): Promise<undefined> {
  const expired = await expire(kernel, record, now);
  if (expired) throw new CountersignError("EXPIRED", { request: toRequest(expired) });
  return undefined;
}

interface Applied {
  readonly patch: Partial<RequestRecord> & Pick<RequestRecord, "state">;
  readonly digest: string;
  readonly args: JsonObject;
  /** What else the commit has to hold true. */
  readonly counted: Writes;
}

/** The request after this vote. Nothing is written yet. */
async function applied(kernel: Kernel, record: RequestRecord, vote: Vote, at: number): Promise<Applied> {
  const { by, via } = vote;
  const signed = (decision: Decision, digest: string): DecisionRecord => ({ decision, by, at, via, digest, signature: undefined });
  if (vote.decision.type === "reject") {
    const { args, digest } = record.proposal;
    const decisions = [...record.decisions, signed(vote.decision, digest)];
    return { patch: { state: "rejected", decisions, decidedAt: at }, digest, args, counted: together() };
  }
  const { proposal, terms, decision, counted } = await proposed(kernel, record, vote.decision, by);
  const decisions = [...record.decisions, signed(decision, proposal.digest)];
  const complete = signaturesOn({ decisions, proposal }).length >= (terms.quorum ?? 1);
  const approved = complete ? { approvedArgs: proposal.args, decidedAt: at } : {};
  // A clock that is behind the one that gave the last reminder gives none of them again.
  const given = Math.max(at, (record.noticeAt ?? 0) - 1);
  const noticeAt = nextNoticeAt({ ...record, terms }, given);
  return { patch: { state: complete ? "approved" : "pending", proposal, terms, noticeAt, decisions, ...approved }, ...proposal, counted };
}

/** What is being signed: the proposal as it stands, or the reviewer's own. */
async function proposed(
  kernel: Kernel,
  record: RequestRecord,
  decision: Exclude<Decision, { type: "reject" }>,
  by: Principal,
): Promise<Pick<RequestRecord, "proposal" | "terms"> & Pick<Applied, "counted"> & { readonly decision: Decision }> {
  if (decision.type === "approve") return { proposal: record.proposal, terms: record.terms, decision, counted: together() };
  const { args, terms: given, counted } = await checkEdit(kernel, record, decision.args);
  // Other arguments are no younger: who is asked as well by now is so under their terms too. By a time that was read after
  // the record: what has escalated already shall not do so again.
  const terms = termsAt({ ...record, terms: given }, await kernel.ledger.now());
  authorize(by, terms, record.requestedBy);
  const digest = digestOf({ ...record, args });
  const proposal = digest === record.proposal.digest ? record.proposal : { args, digest, by };
  return { proposal, terms, decision: { ...decision, args }, counted };
}

/** The same vote again writes nothing, or one impatient clicker would starve the others. */
function isSameVote(record: RequestRecord, { decision, by, seen }: Vote): boolean {
  const mine = record.decisions.findLast((earlier) => earlier.by.id === by.id);
  if (!mine || mine.decision.type !== decision.type || !isRemembered(mine.decision, decision)) return false;
  if (decision.type === "reject") return true;
  const counts = signaturesOn(record).some((signature) => signature.by.id === by.id);
  if (!counts || record.state === "rejected" || record.state === "expired" || record.state === "cancelled") return false;
  return mine.digest === (decision.type === "approve" ? seen : digestOf({ ...record, args: editedArgs(record, decision.args).args }));
}

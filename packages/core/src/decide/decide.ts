import { z } from "zod";
import { decisionSchema, type Decision } from "../contract/decision.ts";
import { originSchema, type Origin } from "../contract/origin.ts";
import { principalSchema, type Principal } from "../contract/principal.ts";
import type { ApprovalRequest, SeenProposal } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import { together } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import type { RequestRecord } from "../store/records.ts";
import { expire, expiry } from "./deadline.ts";
import { giveDueNotices, isNoticeDue, noticed } from "./notice.ts";
import { planned, type Ballot, type Plan, type Vote } from "./plan.ts";

const seenSchema: z.ZodType<{ readonly id: string; readonly digest: string }> = z.lazy(() =>
  z.union([
    z.object({ id: z.string(), digest: z.string() }),
    z
      .object({ id: z.string(), proposal: z.object({ digest: z.string() }) })
      .transform(({ id, proposal }) => ({ id, digest: proposal.digest })),
  ]),
);
const optionsSchema = z.lazy(() =>
  // Strict: what is misspelt would be left out of the trail, or of the batch.
  z.strictObject({ by: principalSchema, via: z.string().optional(), origin: originSchema.optional(), batch: z.string().min(1).optional() }),
);

type Move = "decide" | "preview";

/** @param move what was called. @throws INVALID_ARGS */
function readSeen(seen: SeenProposal, move: Move): z.output<typeof seenSchema> {
  const advice = `Pass the request that was shown, or what it was: gate.${move}({ id, digest: request.proposal.digest }, approve(), { by }).`;
  return parseInput(seenSchema, seen, "request", advice);
}

type Signing = {
  readonly by: Principal;
  readonly via?: string | undefined;
  readonly origin?: Origin | undefined;
  readonly batch?: string | undefined;
};

/** One decision on one request: authorised, validated, compare-and-set. */
export async function decide(kernel: Kernel, seen: SeenProposal, decision: Decision, options: Signing): Promise<ApprovalRequest> {
  const { id, digest } = readSeen(seen, "decide");
  const [request] = await decideTogether(kernel, [{ id, seen: digest, decision }], options);
  return request as ApprovalRequest;
}

/** What one decision would make of its request, by the plan of {@link decide}. What that writes, this doesn't. */
export async function preview(
  kernel: Kernel,
  seen: SeenProposal,
  decision: Decision,
  options: Pick<Signing, "by" | "batch">,
): Promise<ApprovalRequest> {
  const { id, digest } = readSeen(seen, "preview");
  const vote: Vote = { ...voteOf({ id, seen: digest, decision }, options, "preview"), isPreview: true };
  const plan = await persist(async () => {
    const [record, now] = await Promise.all([kernel.ledger.demand(id), kernel.ledger.now()]);
    const plan = await planned(kernel, noticed(record, now), vote, now, []);
    if (!plan) throw new CountersignError("EXPIRED", { request: toRequest(expiry(record, now).record) });
    return plan;
  });
  return toRequest(plan.record);
}

/** Several requests of one thread, each once: all are decided in one write, or none is. */
export async function decideTogether(kernel: Kernel, ballots: readonly Ballot[], options: Signing): Promise<readonly ApprovalRequest[]> {
  const votes = ballots.map((ballot) => voteOf(ballot, options));
  return (await persist(() => attempt(kernel, votes))).map(toRequest);
}

/** @throws INVALID_ARGS */
function voteOf(ballot: Ballot, options: Signing, move: Move = "decide"): Vote {
  const { by, via, origin, batch } = parseInput(
    optionsSchema,
    options,
    "options",
    `Say who decides: gate.${move}(request, approve(), { by: { id: "alice" } }).`,
  );
  const decision = parseInput(decisionSchema, ballot.decision, "decision", "Pass what approve(), edit(args) or reject(message) returns.");
  return { ...ballot, decision, by, via, origin, batch };
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
    if (!plan) return refuseExpired(kernel, record, now);
    plans.push(plan);
  }
  const committed = await commit(kernel, plans, now);
  return committed ? plans.map(({ record }) => record) : undefined;
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

import type { Decision } from "../contract/decision.ts";
import type { Origin } from "../contract/origin.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { Reviewer, ReviewOptions } from "../contract/reviewer.ts";
import { isCountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";
import type { Kernel } from "../kernel.ts";
import { background } from "../ledger/background.ts";
import { toRequest } from "../ledger/to-request.ts";
import { expireIfOverdue } from "./deadline.ts";
import { decide } from "./decide.ts";
import { signerOf } from "./reviewer.ts";
import { untilDecided } from "./wait.ts";

/** Asks the in-process reviewer about requests that are recorded already. Answers whether any of them still waits. */
export async function reviewInProcess(kernel: Kernel, reviewer: Reviewer, ids: readonly string[]): Promise<boolean> {
  const waiting = await Promise.all(ids.map((id) => reviewOne(kernel, reviewer, id)));
  return waiting.some(Boolean);
}

async function reviewOne(kernel: Kernel, reviewer: Reviewer, id: string): Promise<boolean> {
  const record = await expireIfOverdue(kernel, id);
  if (record.state !== "pending") return record.state === "unknown";
  let request = toRequest(record);
  const over = new AbortController();
  const current = async (): Promise<ApprovalRequest> => toRequest(await kernel.ledger.demand(id));
  const looks = { background: () => background(kernel.ledger, request), current };
  const timer = setTimeout(() => over.abort(), kernel.timings.reviewWithin);
  try {
    const decided = untilDecided(kernel, id, over.signal).catch(() => undefined);
    for (let unconfirmed: ReviewOptions["unconfirmed"]; ;) {
      const answer = consult(kernel, reviewer, request, { signal: over.signal, ...looks, unconfirmed });
      await Promise.race([answer, decided]);
      const now = await current();
      const isWaiting = now.status === "pending" && !over.signal.aborted;
      const decision = isWaiting ? await answer : undefined;
      unconfirmed = decision && (await refusedFor(kernel, reviewer, request, decision));
      if (unconfirmed) {
        // One that answers the same at once, again and again, shall not keep the process from its timers: its own is among them.
        await new Promise((resolve) => void setTimeout(resolve));
        continue;
      }
      // Whoever has not decided because it was changed meanwhile is asked about what would run now.
      if (decision || !isWaiting || now.proposal.digest === request.proposal.digest) break;
      request = now;
    }
  } finally {
    clearTimeout(timer);
    over.abort();
  }
  return !(await isDecided(kernel, id));
}

/** What a decision lacks that can still be typed, and at a terminal is. Undefined: it counts, or it doesn't and that was told. */
async function refusedFor(
  kernel: Kernel,
  reviewer: Reviewer,
  request: ApprovalRequest,
  decision: Decision,
): Promise<ReviewOptions["unconfirmed"]> {
  try {
    await decide(kernel, request, decision, {
      by: signerOf(reviewer, request),
      via: "in-process",
      origin: await originOf(kernel, reviewer),
    });
  } catch (error) {
    const lacks = isCountersignError(error, "NOT_CONFIRMED") && error.details.valueless.length === 0;
    if (lacks && reviewer.completes) return { decision, paths: error.details.paths };
    tell(kernel, request, error);
  }
  return undefined;
}

async function originOf({ ledger: { port } }: Kernel, { origin }: Reviewer): Promise<Origin | undefined> {
  return origin && port.role ? { ...origin, role: await port.role() } : origin;
}

async function isDecided(kernel: Kernel, id: string): Promise<boolean> {
  return (await kernel.ledger.demand(id)).state !== "pending";
}

/** A reviewer that throws has not decided. */
async function consult(
  kernel: Kernel,
  reviewer: Reviewer,
  request: ApprovalRequest,
  options: ReviewOptions,
): Promise<Decision | undefined> {
  try {
    return await reviewer.review(request, options);
  } catch (error) {
    if (!options.signal.aborted) tell(kernel, request, error);
    return undefined;
  }
}

function tell(kernel: Kernel, request: ApprovalRequest, error: unknown): void {
  if (isCountersignError(error, "ALREADY_DECIDED")) return;
  kernel.warn(`The reviewer of this process has not decided about ${request.tool}, and request ${request.id} stays pending: ${messageOf(error)}`); // prettier-ignore
}

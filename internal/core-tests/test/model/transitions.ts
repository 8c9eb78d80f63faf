import type { AuditEvent, RequestRecord, RequestState } from "@countersign/core/store";
import { digestOf } from "./digest.ts";
import type { Books } from "./books.ts";
import type { Process } from "./process.ts";

const LEGAL: { readonly [S in RequestState]: readonly RequestState[] } = {
  pending: ["pending", "approved", "rejected", "expired", "cancelled"],
  approved: ["executing", "expired", "cancelled", "done", "failed"],
  executing: ["executing", "done", "failed", "unknown", "approved"],
  unknown: ["done", "failed", "approved"],
  done: [],
  failed: [],
  rejected: [],
  expired: [],
  cancelled: [],
  // Nothing in a schedule is old enough.
  purged: [],
};
const NEVER_RAN: readonly RequestState[] = ["rejected", "expired", "cancelled"];

/** What is wrong with this change of a request, at the very moment of its commit. */
export function misstepOf(
  monitor: Books,
  process: Process,
  before: RequestRecord | undefined,
  after: RequestRecord,
  event: AuditEvent | undefined,
): string | undefined {
  if (!before) {
    const allowed = after.state === "approved" && (after.ticket || monitor.world.scenario.counts);
    const begins = after.state === "pending" || allowed || after.grantId !== undefined;
    return begins ? undefined : `I1 a request began as ${after.state}`;
  }
  const step = `${before.state} -> ${after.state}`;
  if (event?.type === "late-receipt") return before.state === after.state ? undefined : `I1 illegal ${step} by a late receipt`;
  if (!LEGAL[before.state].includes(after.state)) return `I1 illegal ${step}`;
  if (!after.begun && wasEntered(monitor, after)) return `I11 ${after.state} as if it had not been begun`;
  if (before.state === "approved") return fromApproved(monitor, process, before, after, event);
  if (before.state === "pending") return fromPending(monitor, process, before, after, event);
  if (before.state === "executing") return fromExecuting(monitor, before, after, event);
  return undefined;
}

function fromPending(
  monitor: Books,
  process: Process,
  before: RequestRecord,
  after: RequestRecord,
  event: AuditEvent | undefined,
): string | undefined {
  const { now } = monitor.world.time;
  const expiresAt = before.expiresAt ?? Infinity;
  if (after.state === "cancelled") return withdrawal(monitor, process, before, event);
  if (after.state === "expired") return now < expiresAt ? "I8 expired before its time" : undefined;
  if (now >= expiresAt) return `I8 ${after.state} was committed after the expiry`;
  return after.state === "approved" ? unsigned(monitor, after) : undefined;
}

/** I7: enough people have signed what will run, and each of them has seen it. */
function unsigned(monitor: Books, after: RequestRecord): string | undefined {
  const digest = digestOf(after.tool, after.proposal.args ?? after.args);
  const changed = after.decisions.findLastIndex((decision) => decision.digest !== digest);
  const signers = new Set(after.decisions.slice(changed + 1).flatMap(({ decision, by }) => (decision.type === "reject" ? [] : [by.id])));
  if (signers.size < monitor.world.scenario.quorum) return `I7 approved with ${signers.size} signatures`;
  for (const who of signers) if (!monitor.seen.get(`${after.id}/${who}`)?.has(digest)) return `I7 ${who} never saw what is approved`;
  return undefined;
}

function fromApproved(
  monitor: Books,
  process: Process,
  before: RequestRecord,
  after: RequestRecord,
  event: AuditEvent | undefined,
): string | undefined {
  const { now } = monitor.world.time;
  const { attempt, begun } = before;
  if (after.state === "done" || after.state === "failed") return begun ? undefined : "I1 a receipt without an execution";
  if (NEVER_RAN.includes(after.state) && begun) return `I11 ${after.state} although it was begun`;
  if (after.state === "cancelled") return withdrawal(monitor, process, before, event);
  if (after.state === "executing") {
    if (after.attempt !== attempt + 1) return "I1 a claim without its attempt";
    if (hasLost(monitor, process, before.threadId)) return "I6 claimed by an invocation that has lost its thread";
    return !begun && now >= latestStart(monitor, before) ? "I8 claimed after its deadline" : undefined;
  }
  return after.state === "expired" && now < earliestExpiry(monitor, before) ? "I8 an approval expired before its time" : undefined;
}

function hasLost(monitor: Books, { invocation }: Process, threadId: string): boolean {
  return invocation?.threadId === threadId && !invocation.native && monitor.threads.get(threadId)?.fence !== invocation.fence;
}

/** The commit of the turn's last decision plus what the terms allow; a turn that still waits for a decision has no deadline yet. */
function latestStart(monitor: Books, record: RequestRecord): number {
  const turn = monitor.ofTurn(record);
  if (record.executeWithin === undefined || turn.some(({ state }) => state === "pending")) return Infinity;
  return Math.max(...turn.map(({ id }) => monitor.decided.get(id) ?? 0)) + record.executeWithin;
}

/** The same by what the records say. A sibling that was recorded when it was too late already makes no difference. */
function earliestExpiry(monitor: Books, record: RequestRecord): number {
  const { executeWithin, decidedAt = 0 } = record;
  if (executeWithin === undefined) return Infinity;
  const askedAt = ({ id }: RequestRecord): number => monitor.asked.get(id) ?? 0;
  let deadline = decidedAt + executeWithin;
  for (const sibling of monitor.ofTurn(record).toSorted((a, b) => askedAt(a) - askedAt(b))) {
    if (askedAt(sibling) >= deadline) break;
    if (sibling.state === "pending") return Infinity;
    deadline = Math.max(deadline, (sibling.decidedAt ?? 0) + executeWithin);
  }
  return deadline;
}

function fromExecuting(monitor: Books, before: RequestRecord, after: RequestRecord, event: AuditEvent | undefined): string | undefined {
  const execution = `${before.id}/${before.attempt}`;
  const thrown = monitor.thrown.get(execution);
  const doubted = monitor.world.time.now >= before.leaseUntil || (thrown !== undefined && thrown !== "pause");
  if (after.state === "failed" && thrown === "not now") return "I2 failed, although nobody can know what came of it";
  if (after.state === "unknown") return doubted ? undefined : "I2 a claim was taken away before it lapsed";
  if (after.state !== "approved") return undefined;
  if (event?.type === "lapsed") return doubted && before.idempotent ? undefined : "I2 a claim was made free that isn't";
  if (monitor.entered.has(execution)) return thrown === "pause" ? undefined : "I2 a call was given back although its effect was begun";
  return after.begun && after.attempt === 1 ? "I8 a call that was never begun counts as begun" : undefined;
}

function wasEntered({ entered }: Books, { id, attempt }: RequestRecord): boolean {
  return Array.from({ length: attempt }, (_, n) => `${id}/${n + 1}`).some((execution) => entered.has(execution));
}

/** I10: a request that somebody waits for is withdrawn only by whoever has the thread. */
function withdrawal(monitor: Books, { invocation }: Process, before: RequestRecord, event: AuditEvent | undefined): string | undefined {
  const reason = event?.data["error"];
  if (reason !== "not asked again" && reason !== "the run ended") return undefined;
  const fence = monitor.threads.get(before.threadId)?.fence;
  const stale = invocation?.fence !== undefined && invocation.fence !== fence;
  return stale ? "I10 withdrawn by an invocation that has lost the thread" : undefined;
}

import type { AuditEvent, RequestRecord, ThreadRecord } from "@countersign/core/store";
import type { Books } from "./books.ts";
import type { Process } from "./process.ts";
import { TIMINGS } from "./timings.ts";

/** I6: a runner takes a thread. Whoever suspended it must have let go, or have had all the time that was promised. */
export function acquired(monitor: Books, process: Process, before: ThreadRecord | undefined, after: ThreadRecord): void {
  const { world } = monitor;
  const other = world.processes.find(
    ({ invocation, ...one }) => one.name !== process.name && invocation?.threadId === after.id && world.time.now < invocation.heldUntil,
  );
  if (other) world.fail(`I6 ${after.id} was taken while the invocation in ${other.name} has it`);
  if (before && after.fence <= before.fence) world.fail("I6 a thread was taken without a new fence");
  process.invocation = { threadId: after.id, native: false, declared: new Set(), fence: after.fence, heldUntil: after.leaseUntil };
}

/** What a change of the thread by its invocation means for the hold: suspended, a sign of life, or the end. */
export function ended(
  monitor: Books,
  process: Process,
  before: ThreadRecord | undefined,
  after: ThreadRecord,
  event: AuditEvent | undefined,
): void {
  const { invocation } = process;
  if (!invocation || invocation.threadId !== after.id || isAsBefore(before, after, event)) return;
  if (!invocation.native && before?.fence !== invocation.fence) monitor.world.fail("I6 written by an invocation that has lost its thread");
  if (after.holder === undefined) {
    invocation.heldUntil = 0;
    if (event?.type === "suspended") orphans(monitor, process, after.id);
    return;
  }
  if (event?.type === "suspended" || event?.type === "recorded") {
    // Without the answer it can't know what it got.
    if (monitor.world.answering) invocation.fence = after.fence;
    // Whoever invokes the framework beside an invocation that is in flight takes over its promise as well.
    for (const { invocation: other } of monitor.world.processes)
      if (other?.threadId === after.id && other !== invocation) other.heldUntil = 0;
    invocation.heldUntil = event.at + (invocation.native ? TIMINGS.nativeHold : TIMINGS.lease);
  } else if (before?.holder === after.holder && invocation.heldUntil > 0) {
    invocation.heldUntil = Math.max(invocation.heldUntil, after.leaseUntil);
  }
}

/** Put so that others read it again: a call of it became unknown. Whoever has the thread has it as before. */
function isAsBefore(before: ThreadRecord | undefined, after: ThreadRecord, event: AuditEvent | undefined): boolean {
  return !event && before?.holder === after.holder && before?.leaseUntil === after.leaseUntil;
}

/** I10: a new input comes when nothing of the last one is left, or together with its withdrawal. */
export function restarted(monitor: Books, threadId: string): void {
  const left = monitor.ofThread(threadId).find((record) => record.state === "unknown" || isLeft(record));
  if (left) monitor.world.fail(`I10 a new input began while a call of the last one is ${left.state}`);
}

/** A call of a run that nobody can go on with once that run is over. */
export function isLeft({ state, begun, framework, ticket }: RequestRecord): boolean {
  return framework !== "none" && !ticket && (state === "pending" || (state === "approved" && !begun));
}

/** I10: when an invocation ends suspended, nobody is asked what it does not ask. */
function orphans(monitor: Books, { invocation }: Process, threadId: string): void {
  const declared = invocation?.declared ?? new Set();
  const orphan = monitor
    .ofThread(threadId)
    .find(
      ({ id, state, parent, ticket }) =>
        state === "pending" && !ticket && !declared.has(id) && !(parent !== undefined && declared.has(parent)),
    );
  if (orphan) monitor.world.fail(`I10 the thread waits for an orphan: ${orphan.id.slice(0, 4)} ${orphan.callId}`);
}

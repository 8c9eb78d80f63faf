import { believed } from "../hold/lease.ts";
import type { Kernel } from "../kernel.ts";
import { persist } from "../ledger/persist.ts";
import type { RequestRecord } from "../store/records.ts";
import { isOf } from "./claim.ts";

/** An effect's signs of life: its claim is extended after each third of the lease. */
export interface ClaimLease {
  /** Was the lease over at any time? Whatever the effect was talking to may have gone on without it. */
  isOver(): boolean;
  stop(): void;
}

/** @param until this process's clock: from then on the claim may have lapsed */
export function keepClaim(kernel: Kernel, claimed: RequestRecord, until: number): ClaimLease {
  const { timings, clock } = kernel;
  let over = false;
  const isOver = (): boolean => (over ||= clock() >= until);
  const beat = async (): Promise<void> => {
    // Before it is extended: a process that stood still takes up its lease again as if nothing had been.
    isOver();
    const extended = believed(clock(), timings.claimLease);
    if (await extend(kernel, claimed)) until = Math.max(until, extended);
  };
  // An unanswered beat changes nothing: the lease passes.
  const timer = setInterval(() => void beat().catch(() => {}), timings.claimLease / 3);
  return { isOver, stop: () => clearInterval(timer) };
}

/** False: the claim is no longer held. */
function extend(kernel: Kernel, claimed: RequestRecord): Promise<boolean> {
  return persist(async () => {
    const [record, now] = await Promise.all([kernel.ledger.demand(claimed.id), kernel.ledger.now()]);
    if (!isOf(claimed, record) || record.state !== "executing") return false;
    const extended = { ...record, version: record.version + 1, leaseUntil: Math.max(record.leaseUntil, now + kernel.timings.claimLease) };
    const put = { op: "put", kind: "request", record: extended, expects: record.version } as const;
    return (await kernel.ledger.commit({ changes: [put], events: [] })).ok || undefined;
  });
}

import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { CountersignError } from "../errors/error.ts";
import type { Kernel } from "../gate/kernel.ts";
import { persist, type Writes } from "../ledger/ledger.ts";
import { moveRequest, toRequest } from "../ledger/move.ts";
import type { RequestRecord } from "../store/records.ts";

/** Can this request still be withdrawn? Not once an execution was begun. */
export function isCancellable({ state, attempt }: RequestRecord): boolean {
  return state === "pending" || (state === "approved" && attempt === 0);
}

/** The writes that withdraw a request. */
export function cancellation(
  record: RequestRecord,
  at: number,
  actor: Principal,
  reason: string,
): Writes & { readonly record: RequestRecord } {
  const patch = { state: "cancelled", error: reason, decidedAt: record.decidedAt ?? at } as const;
  return moveRequest(record, patch, { type: "cancelled", at, actor, data: { reason } });
}

/** @throws REQUEST_NOT_FOUND, ALREADY_DECIDED once it is decided or begun */
export async function cancel(kernel: Kernel, id: string, { by, reason }: { by: Principal; reason: string }): Promise<ApprovalRequest> {
  const record = await persist(async () => {
    const [found, now] = await Promise.all([kernel.ledger.demand(id), kernel.ledger.now()]);
    if (found.state === "cancelled") return found;
    if (!isCancellable(found)) {
      const request = toRequest(found);
      throw new CountersignError("ALREADY_DECIDED", { request, winner: request.decisions.at(-1) });
    }
    const move = cancellation(found, now, by, reason);
    return (await kernel.ledger.commit(move)).ok ? move.record : undefined;
  });
  return toRequest(record);
}

import type { Acting } from "../contract/gate.ts";
import { originNote } from "../contract/origin.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import type { CountersignError } from "../errors/error.ts";
import { readByAndReason, readId } from "../gate/given.ts";
import type { Kernel } from "../kernel.ts";
import { toRequest } from "../ledger/to-request.ts";
import { cancellation, isCancellable } from "../suspend/withdraw.ts";
import { alreadyDecided } from "./refusal-to-decide.ts";

/** Why `gate.cancel` would refuse: it is decided, or begun. Undefined: it can be withdrawn. */
export function refusalToCancel(request: ApprovalRequest): CountersignError | undefined {
  const { status, execution, begun } = request;
  return isCancellable({ state: execution === "none" ? status : execution, begun }) ? undefined : alreadyDecided(request);
}

/** @throws INVALID_ARGS, REQUEST_NOT_FOUND, ALREADY_DECIDED once it is decided or begun */
export async function cancel(kernel: Kernel, id: string, options: Acting & { reason: string }): Promise<ApprovalRequest> {
  readId(id, "gate.cancel(request.id, { by, reason })");
  const { by, origin, reason } = readByAndReason(
    options,
    'gate.cancel(request.id, { by: { id: "alice" }, reason: "not needed any more" })',
  );
  const record = await kernel.ledger.change(id, (found, now) => {
    if (found.state === "cancelled") return found;
    const refusal = refusalToCancel(toRequest(found));
    if (refusal) throw refusal;
    return cancellation(found, now, by, reason, originNote(origin));
  });
  return toRequest(record);
}

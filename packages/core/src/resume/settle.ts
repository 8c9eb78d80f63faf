import { z } from "zod";
import type { Acting } from "../contract/gate.ts";
import { originNote } from "../contract/origin.ts";
import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest, Settlement } from "../contract/request.ts";
import { authorize } from "../decide/authorize.ts";
import { CountersignError, isCountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { readBy, readId } from "../gate/given.ts";
import type { Kernel } from "../kernel.ts";
import { transition } from "../ledger/transition.ts";
import { toRequest } from "../ledger/to-request.ts";
import { lapseIfOver } from "./claim.ts";
import { completed, keptResult, type Outcome } from "./receipt.ts";

const settlementSchema = z.lazy(() =>
  z.union([
    z.strictObject({ retry: z.literal(true) }),
    z.strictObject({ failed: z.string().min(1) }),
    z.strictObject({ executed: z.unknown() }),
  ]),
);

const OUTCOME = 'Say what you found out: { executed: result }, { retry: true } or { failed: "why" }.';

/** Why `gate.settle` would refuse this principal. Undefined: they may say what came of it. */
export function refusalToSettle(request: ApprovalRequest, { by }: { readonly by: Principal }): CountersignError | undefined {
  try {
    authorize(by, request.terms, request.requestedBy);
  } catch (error) {
    if (isCountersignError(error)) return error;
    throw error;
  }
  return request.execution === "unknown" ? undefined : new CountersignError("CONFLICT", { request });
}

/**
 * Resolves an `unknown` execution. Whoever may sign the call may settle it: a retry runs it again.
 * @throws REQUEST_NOT_FOUND, NOT_AUTHORIZED, SELF_REVIEW, CONFLICT if it is not unknown
 */
export async function settle(kernel: Kernel, id: string, outcome: Settlement, options: Acting): Promise<ApprovalRequest> {
  readId(id, "gate.settle(request.id, outcome, { by })");
  const settlement = parseInput<Settlement>(settlementSchema, outcome, "outcome", OUTCOME);
  const { by, origin } = readBy(options, 'gate.settle(request.id, { retry: true }, { by: { id: "alice" } })');
  await lapseIfOver(kernel, id);
  const settled = await kernel.ledger.change(id, (record, at) => {
    const refusal = refusalToSettle(toRequest(record), { by });
    if (refusal) throw refusal;
    const { patch, note } = settlementOf(settlement, at);
    return transition(record, patch, { type: "settled", at, actor: by, note: { ...note, ...originNote(origin) } });
  });
  return toRequest(settled);
}

function settlementOf(settlement: Settlement, at: number) {
  if ("retry" in settlement)
    return { patch: { state: "approved", endedAt: undefined, leaseUntil: 0 } as const, note: { outcome: "retry" } };
  const found: Outcome =
    "failed" in settlement ? { status: "failed", error: settlement.failed } : { status: "done", result: keptResult(settlement.executed) };
  const outcome = found.status === "done" ? "executed" : "failed";
  return { patch: completed(found, at), note: { outcome } };
}

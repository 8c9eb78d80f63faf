import { isComplete } from "../decide/authorize.ts";
import { judgedAnew } from "../decide/edited-args.ts";
import { CountersignError } from "../errors/error.ts";
import { denial } from "../gate/refusal.ts";
import type { Kernel } from "../kernel.ts";
import { toRequest } from "../ledger/to-request.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";
import { isForCall } from "../suspend/grants.ts";
import { isEdited } from "./told.ts";

/**
 * An approval without a signature or a grant behind it says that the policy allowed the call. Whoever may write requests
 * could say so of any call: so the policy of this process is asked, unless it was this process that wrote it. Answers why
 * the call doesn't run, or undefined.
 * @throws NOT_APPROVED for a call by hand, for one that was begun, and without a policy
 */
export async function refusedUnsigned(kernel: Kernel, record: RequestRecord, context: unknown): Promise<string | undefined> {
  // The id is of what was asked: what this process has allowed are these arguments, and no others in their place.
  const isVouched = kernel.vouched.has(record.id) && !isEdited(record);
  if (isVouched || isSigned(record) || (await isGranted(kernel, record))) return undefined;
  const before = (recorded: readonly RequestRecord[]): readonly RequestRecord[] => recordedBefore(recorded, record);
  const verdict = (await judgedAnew(kernel, record, proposedArgs(record), { past: before, context })).judgement?.verdict;
  if (verdict?.type === "allow") return undefined;
  if (!verdict || record.framework === "none" || record.begun) {
    const note = verdict
      ? "Nobody has signed it, and the policy here does not allow it by itself."
      : "Nobody has signed it, and this process has no policy that could allow it.";
    throw new CountersignError("NOT_APPROVED", { request: toRequest(record) }, { note });
  }
  return denial(verdict.type === "deny" ? verdict.reason : "nobody has signed it, and the policy does not allow it by itself").message;
}

function isSigned(record: RequestRecord): boolean {
  return isComplete(record);
}

/** It may have been used up, revoked or expired since. */
async function isGranted({ ledger }: Kernel, record: RequestRecord): Promise<boolean> {
  const { grantId } = record;
  if (grantId === undefined) return false;
  const grant = (await ledger.grantsFor(record)).find(({ id }) => id === grantId)?.grant;
  return grant?.decision === "approve" && isForCall(grant, record);
}

/**
 * What was on record, and decided, when this call was asked about: what counted then. In the same millisecond that is what
 * was decided as it was asked: a person's answer came after both.
 */
function recordedBefore(recorded: readonly RequestRecord[], { id, askedAt }: RequestRecord): readonly RequestRecord[] {
  const index = recorded.findIndex((other) => other.id === id);
  const isDecided = ({ decidedAt = Infinity, decisions }: RequestRecord): boolean =>
    decidedAt < askedAt || (decidedAt === askedAt && decisions.length === 0);
  return recorded.slice(0, Math.max(index, 0)).filter(isDecided);
}

import type { Gate } from "../contract/gate.ts";
import type { NativeAnswer, NativeOptions } from "../contract/native.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { CountersignError, isCountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";
import { internalsOf, type Kernel } from "../kernel.ts";
import { decideTogether } from "./decide.ts";
import type { Ballot } from "./plan.ts";

/**
 * Decides all that one native answer says, in one write: if one of its requests can't be decided like that, none is. The
 * same answer again is idempotent.
 * @example await decideAnswers(gate, [{ id, decision: approve() }], { threadId, by, via: "my-framework" })
 * @throws NATIVE_REFUSED for an answer that is empty, answers a request twice or one of another thread, comes after another
 * decision, is about other arguments than those proposed now, or about a call that has to be confirmed (`cause`:
 * ALREADY_DECIDED with the winner, ARGS_CHANGED, NOT_CONFIRMED); and whatever else `gate.decide` throws
 */
export async function decideAnswers(
  gate: Gate,
  answers: readonly NativeAnswer[],
  { threadId, by, via }: NativeOptions,
): Promise<readonly ApprovalRequest[]> {
  const { kernel } = internalsOf(gate);
  const refuse = (reason: string, cause?: unknown): never => {
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason }, cause === undefined ? {} : { cause });
  };
  if (answers.length === 0) refuse("it answers nothing");
  const ids = new Set(answers.map(({ id }) => id));
  if (ids.size < answers.length) refuse("it answers one request twice");
  const foreign = await firstNotOf(kernel, threadId, ids);
  if (foreign !== undefined) refuse(`nothing is asked under ${foreign} in this thread`);
  const ballots = answers.map(({ id, digest, decision }): Ballot => ({ id, seen: digest, decision }));
  try {
    return await decideTogether(kernel, ballots, { by, via });
  } catch (error) {
    const reason = flawOf(error);
    if (reason !== undefined) refuse(reason, error);
    throw error;
  }
}

async function firstNotOf({ ledger }: Kernel, threadId: string, ids: ReadonlySet<string>): Promise<string | undefined> {
  const records = await Promise.all([...ids].map(async (id) => ({ id, record: await ledger.request(id) })));
  return records.find(({ record }) => record?.threadId !== threadId)?.id;
}

/** Why a framework's answer can't be one to these calls as they are. Undefined: what is wrong isn't its form or its time. */
function flawOf(error: unknown): string | undefined {
  if (isCountersignError(error, "ALREADY_DECIDED")) {
    const { request, winner } = error.details;
    return `request ${request.id} is ${request.status} already${winner ? `, by ${winner.by.id}` : ""}`;
  }
  if (isCountersignError(error, "ARGS_CHANGED")) return `request ${error.details.request.id} now proposes other arguments than those shown`;
  if (isCountersignError(error, "NOT_CONFIRMED")) {
    const { request, paths, valueless } = error.details;
    if (valueless.length > 0) return messageOf(error);
    const where = `"countersign approve ${request.id} --confirm <value>", or gate.decide with approve({ confirm })`;
    return `whoever signs request ${request.id} has to type what stands at ${paths.join(" and ")}, and it doesn't say that. Sign it where you are asked for it: ${where}`;
  }
  return undefined;
}

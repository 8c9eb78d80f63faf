import type { Decision } from "../contract/decision.ts";
import type { Principal } from "../contract/principal.ts";
import type { ApprovalRequest } from "../contract/request.ts";
import { decideTogether, type Ballot } from "../decide/decide.ts";
import { CountersignError, isCountersignError } from "../errors/error.ts";
import type { Kernel } from "../gate/kernel.ts";
import { internalsOf, type Gate } from "./gate.ts";

/** Whose answer it is, and about which thread. */
export interface NativeOptions {
  readonly threadId: string;
  readonly by: Principal;
  readonly via?: string | undefined;
}

/**
 * What every adapter exports as `decideNative`: an answer in the framework's own form is a claim. It is translated,
 * authenticated by the caller, given to `decideAnswers`, and then discarded. Stale, contradictory or miscounted answers:
 * NATIVE_REFUSED, the pause intact.
 */
export type DecideNative<Native, Options = {}> = (
  gate: Gate,
  native: Native,
  options: Options & NativeOptions,
) => Promise<readonly ApprovalRequest[]>;

/** What an existing UI's answer says about one request. */
export interface NativeAnswer {
  readonly id: string;
  /**
   * Digest of the arguments that its sender was shown. Default: the model's own arguments were shown, and the answer counts
   * only as long as nobody has edited them.
   */
  readonly digest?: string | undefined;
  readonly decision: Decision;
}

/**
 * Decides all that one native answer says, in one write: if one of its requests can't be decided like that, none is. The
 * same answer again is idempotent.
 * @example await decideAnswers(gate, [{ id, decision: approve() }], { threadId, by, via: "my-framework" })
 * @throws NATIVE_REFUSED for an answer that is empty, answers a request twice or one of another thread, comes after another
 * decision, or is about other arguments than those proposed now (`cause`: ALREADY_DECIDED with the winner, ARGS_CHANGED);
 * and whatever else `gate.decide` throws
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
    const reason = staleness(error);
    if (reason !== undefined) refuse(reason, error);
    throw error;
  }
}

async function firstNotOf({ ledger }: Kernel, threadId: string, ids: ReadonlySet<string>): Promise<string | undefined> {
  const records = await Promise.all([...ids].map(async (id) => ({ id, record: await ledger.request(id) })));
  return records.find(({ record }) => record?.threadId !== threadId)?.id;
}

/** Why an answer comes too late. Undefined: it doesn't. */
function staleness(error: unknown): string | undefined {
  if (isCountersignError(error, "ALREADY_DECIDED")) {
    const { request, winner } = error.details;
    return `request ${request.id} is ${request.status} already${winner ? `, by ${winner.by.id}` : ""}`;
  }
  if (isCountersignError(error, "ARGS_CHANGED")) return `request ${error.details.request.id} now proposes other arguments than those shown`;
  return undefined;
}

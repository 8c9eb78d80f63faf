import { approve, CountersignError, reject, type ApprovalRequest, type Principal } from "@countersign/core";
import { savedRun, type DecideNative } from "@countersign/core/adapter";
import { threadOf } from "./invocation.ts";
import { FRAMEWORK, fromContinuation } from "./saved.ts";

/** As `callModel` takes them. */
interface Answers {
  readonly approveToolCalls?: readonly string[] | undefined;
  readonly rejectToolCalls?: readonly string[] | undefined;
}
type Refuse = (reason: string) => never;

/**
 * An existing UI's own answer, accepted as decisions by an authenticated person: ids of calls that the thread waits for now. An
 * id that is sent twice counts once. All are checked before the first is recorded.
 * @throws NATIVE_REFUSED for ids in both lists, of another turn, or unknown, with the pause unchanged; and what `gate.decide`
 * throws
 */
export const decideNative: DecideNative<Answers> = async (
  gate,
  { approveToolCalls, rejectToolCalls },
  { threadId, by, via = FRAMEWORK },
) => {
  const refuse: Refuse = (reason) => {
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason });
  };
  const [approved, rejected] = [new Set(approveToolCalls), new Set(rejectToolCalls)];
  const ids = [...approved, ...rejected];
  if (ids.length === 0) refuse("it answers nothing");
  const both = [...approved].find((id) => rejected.has(id));
  if (both !== undefined) refuse(`it approves and rejects ${both}`);
  const { continuation } = await savedRun(gate, threadId);
  const asked = fromContinuation(continuation)?.asked ?? [];
  const thread = threadOf(gate, { threadId });
  const requests = await Promise.all(
    ids.map(async (id) => {
      const call = asked.find(({ callId }) => callId === id);
      return checked(id, call && (await thread.recorded(call)), by, refuse);
    }),
  );
  const decided: ApprovalRequest[] = [];
  for (const [index, request] of requests.entries()) {
    decided.push(await gate.decide(request, approved.has(ids[index] ?? "") ? approve() : reject(), { by, via }));
  }
  return decided;
};

function checked(id: string, request: ApprovalRequest | undefined, by: Principal, refuse: Refuse): ApprovalRequest {
  if (!request) return refuse(`the thread doesn't wait for ${id}`);
  // The same person pressing the button again is no news; core knows whether it is the same vote.
  const again = request.decisions.some((record) => record.by.id === by.id);
  if (request.status !== "pending" && !again) return refuse(`request ${request.id} is ${request.status} already`);
  if (request.proposal.by !== undefined && !again)
    return refuse(`the arguments of request ${request.id} were edited after they were shown`);
  return request;
}

import { approve, CountersignError, reject } from "@countersign/core";
import { decideAnswers, nativeOptions, requestIdFor, savedRun, type DecideNative, type NativeAnswer } from "@countersign/core/adapter";
import { FRAMEWORK, fromContinuation } from "./saved.ts";

/** As `callModel` takes them. */
interface Answers {
  readonly approveToolCalls?: readonly string[] | undefined;
  readonly rejectToolCalls?: readonly string[] | undefined;
}
type Refuse = (reason: string) => never;

/**
 * An existing UI's own answer, accepted as decisions by an authenticated person: ids of calls that the thread waits for now.
 * An id that is sent twice counts once. All are decided in one write, or none.
 * @throws NATIVE_REFUSED for ids in both lists, of another turn, or unknown, for calls that were decided or edited since they
 * were shown, and for what is no list of ids, with the pause unchanged; and what `gate.decide` throws
 */
export const decideNative: DecideNative<Answers> = async (gate, native, options) => {
  const { threadId, by, via = FRAMEWORK } = nativeOptions(gate, options);
  const refuse: Refuse = (reason) => {
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason });
  };
  const { approveToolCalls, rejectToolCalls }: Answers = native ?? {};
  const approved = idsIn("approveToolCalls", approveToolCalls, refuse);
  const rejected = idsIn("rejectToolCalls", rejectToolCalls, refuse);
  const both = [...approved].find((id) => rejected.has(id));
  if (both !== undefined) refuse(`it approves and rejects ${both}`);
  const { continuation } = await savedRun(gate, threadId);
  const asked = fromContinuation(continuation)?.asked ?? [];
  const answers = [...approved, ...rejected].map((callId): NativeAnswer => {
    const call = asked.find((each) => each.callId === callId) ?? refuse(`the thread doesn't wait for ${callId}`);
    return { id: requestIdFor(gate, threadId, call), decision: approved.has(callId) ? approve() : reject() };
  });
  return decideAnswers(gate, answers, { threadId, by, via });
};

/** What a client sends is anything until it is looked at: a text, for one, would be taken for a list of its letters. */
function idsIn(name: string, given: unknown, refuse: Refuse): ReadonlySet<string> {
  const list = given ?? [];
  const isList = Array.isArray(list) && list.every((id) => typeof id === "string");
  return isList ? new Set(list as readonly string[]) : refuse(`${name} is not a list of call ids`);
}

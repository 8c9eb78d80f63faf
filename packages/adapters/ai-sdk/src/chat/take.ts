import { CountersignError, isCountersignError, type StreamedRun } from "@countersign/core";
import { convertToModelMessages, type UIMessage } from "ai";
import { asJson, type Said } from "../saved.ts";
import type { Conversation } from "./conversation.ts";
import { PATIENCE, pause } from "./patience.ts";

/** What came of a text: a run, and the page's message that it is shown in, as far as it stands. */
interface Taken {
  readonly run: StreamedRun<unknown, unknown>;
  readonly into: UIMessage;
}

/**
 * Takes what a user says: it starts a run, or is kept while calls of the last one wait.
 * @throws NATIVE_REFUSED for what isn't a user's to say, THREAD_BUSY while another run is under way
 */
export async function take(conversation: Conversation, message: UIMessage): Promise<Taken> {
  const said = await saidBy(conversation, message);
  if (await conversation.hasHeard(said)) return goOn(conversation);
  for (const since = Date.now(); ;) {
    try {
      const into = { id: await conversation.nextAnswer(), role: "assistant" as const, parts: [] };
      return { run: await conversation.start(said), into };
    } catch (error) {
      const { threadId } = conversation;
      const waits = isOf(error, "THREAD_SUSPENDED", threadId);
      if (waits && (await isKept(conversation, said))) return goOn(conversation);
      // Whoever holds a thread in which a call waits lets go of it: when its reviewer has answered, or any moment now.
      const passes = waits || (isOf(error, "THREAD_BUSY", threadId) && (await isWaiting(conversation)));
      if (!passes || Date.now() - since > PATIENCE) throw error;
    }
    await pause(conversation.signal);
  }
}

async function saidBy({ threadId }: Conversation, message: UIMessage): Promise<Said> {
  if (message.role !== "user")
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason: `a chat client can't speak as ${message.role}` });
  const [said] = asJson(await convertToModelMessages([message]));
  if (!said) throw new CountersignError("NATIVE_REFUSED", { threadId, reason: "it says nothing" });
  const { id } = message;
  return { id: typeof id === "string" && id !== "" ? id : crypto.randomUUID(), message: said };
}

/** The run that waits, in the answer that the page has of it: taken before it goes on, so that nothing of it is told twice. */
async function goOn({ messages, nextAnswer, resume }: Conversation): Promise<Taken> {
  const last = (await messages()).findLast(({ role }) => role === "assistant");
  const into = last ?? { id: await nextAnswer(), role: "assistant" as const, parts: [] };
  return { run: await resume(), into };
}

/** False: somebody was faster, and what waited goes on. @throws THREAD_SUSPENDED for whoever may not add to it */
async function isKept({ keep, threadId }: Conversation, said: Said): Promise<boolean> {
  try {
    return await keep(said);
  } catch (error) {
    if (isOf(error, "THREAD_BUSY", threadId)) return false;
    throw error;
  }
}

async function isWaiting({ gate, threadId }: Conversation): Promise<boolean> {
  return (await gate.list({ threadId, status: "pending", limit: 1 })).items.length > 0;
}

/** Of this thread: a run that had begun may have thrown the same of another one. */
function isOf(error: unknown, code: "THREAD_BUSY" | "THREAD_SUSPENDED", threadId: string): boolean {
  return isCountersignError(error, code) && error.details.threadId === threadId;
}

import { CountersignError, isCountersignError, isSamePerson, type StreamedRun } from "@countersign/core";
import { convertToModelMessages, validateUIMessages, type UIMessage } from "ai";
import { refusal } from "../native-answer.ts";
import { asKept, type Said } from "../saved.ts";
import { emptyStream } from "../stream.ts";
import type { Conversation } from "./conversation.ts";
import { PATIENCE, pause } from "./patience.ts";
import type { RunOptions } from "./said.ts";

/** What came of a text: a run, and the page's message that it is shown in, as far as it stands. */
interface Taken {
  readonly run: StreamedRun<unknown, unknown>;
  readonly into: UIMessage;
}

/**
 * Takes what a user says: it starts a run, or is kept while calls of the last one wait. What the user says in the place of an
 * earlier message starts one from there, and cancels what waits.
 * @throws NATIVE_REFUSED for what isn't a user's to say, THREAD_SUSPENDED for who cancels what somebody else waits for,
 * THREAD_BUSY while another run is under way
 */
export async function take(conversation: Conversation, message: UIMessage, options: RunOptions): Promise<Taken> {
  const said = await saidBy(conversation, message);
  for (const since = Date.now(); ;) {
    const { is, kept } = await conversation.known(said);
    if (is === "same") return goOn(conversation, said, options);
    const replaces = is === "other" && !kept;
    if (replaces) await refuseOthers(conversation);
    try {
      const into = await conversation.answerTo(said);
      return { run: await conversation.start(said, replaces ? "cancel" : "refuse", options), into };
    } catch (error) {
      const { threadId } = conversation;
      const waits = isOf(error, "THREAD_SUSPENDED", threadId);
      if (waits && (await isKept(conversation, said))) return goOn(conversation, said, options);
      // Whoever holds a thread in which a call waits lets go of it: when its reviewer has answered, or any moment now.
      const passes = waits || (isOf(error, "THREAD_BUSY", threadId) && (await pendingIn(conversation)).length > 0);
      if (!passes || Date.now() - since > PATIENCE) throw error;
    }
    await pause(conversation.signal);
  }
}

/** What no run could tell a model must not be kept: the thread would never go on again. */
async function saidBy({ threadId }: Conversation, message: UIMessage): Promise<Said> {
  if (message.role !== "user") throw refusal(threadId, `a chat client can't speak as ${message.role}`);
  const id = typeof message.id === "string" && message.id !== "" ? message.id : crypto.randomUUID();
  try {
    const messages = await validateUIMessages({ messages: [{ ...message, id }] });
    for (const { parts } of messages) await readFiles(parts);
    const [said] = asKept(await convertToModelMessages(messages));
    if (said) return { id, message: said };
  } catch {
    throw refusal(threadId, "it is not a message as the SDK has them");
  }
  throw refusal(threadId, "it says nothing");
}

/** @throws TypeError for a file that is sent along, and that the SDK couldn't read either */
async function readFiles(parts: UIMessage["parts"]): Promise<void> {
  for (const part of parts) if (part.type === "file" && /^data:/i.test(part.url)) await fetch(part.url);
}

/** The run that waits, in the answer that the page has of it: taken before it goes on, so that nothing of it is told twice. */
async function goOn({ messages, answerTo, resume }: Conversation, said: Said, options: RunOptions): Promise<Taken> {
  const shown = await messages();
  const last = shown.findLast(({ role }) => role === "assistant");
  const at = shown.findIndex(({ id, role }) => role === "user" && id === said.id);
  const its = shown.find(({ role }, index) => at !== -1 && index > at && role === "assistant");
  // An earlier answer is complete: the page has thrown away the later ones, and asks for this one again.
  if (its && its !== last) return { into: its, run: { stream: emptyStream(), outcome: (await resume()).outcome } };
  return { into: last ?? (await answerTo()), run: await resume(options) };
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

async function pendingIn({ gate, threadId }: Conversation) {
  return (await gate.list({ threadId, status: "pending" })).items;
}

/** What waits was asked in somebody else's name: it isn't this user's to cancel. */
async function refuseOthers(conversation: Conversation): Promise<void> {
  const { threadId, by } = conversation;
  const pending = await pendingIn(conversation);
  if (pending.some(({ requestedBy }) => requestedBy && !isSamePerson(requestedBy, by)))
    throw new CountersignError("THREAD_SUSPENDED", { threadId, pending });
}

/** Of this thread: a run that had begun may have thrown the same of another one. */
function isOf(error: unknown, code: "THREAD_BUSY" | "THREAD_SUSPENDED", threadId: string): boolean {
  return isCountersignError(error, code) && error.details.threadId === threadId;
}

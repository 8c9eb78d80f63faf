import { CountersignError, digestOf, isCountersignError, type JsonObject, type RunOutcome, type StreamedRun } from "@countersign/core";
import { decideAnswers, type NativeAnswer } from "@countersign/core/adapter";
import {
  createUIMessageStream,
  createUIMessageStreamResponse,
  isToolUIPart,
  readUIMessageStream,
  type UIMessage,
  type UIMessageChunk,
  type UIMessageStreamWriter,
} from "ai";
import { answerOf, responsesIn } from "../native-answer.ts";
import { FRAMEWORK } from "../run.ts";
import { jsonOf } from "../saved.ts";
import { isEmptyStream } from "../stream.ts";
import { catchUp } from "./catch-up.ts";
import type { Conversation } from "./conversation.ts";
import { PATIENCE, pause } from "./patience.ts";
import { take } from "./take.ts";

/** Takes what one client says, and streams what comes of it. The page then shows what is saved, whoever did it. */
export function respondTo(conversation: Conversation, message: UIMessage): Response {
  const stream = createUIMessageStream({
    execute: ({ writer }) => answer(conversation, message, writer),
    // Whose fault it is decides who may read it: a typed error says what the person can do.
    onError: (error) => (isCountersignError(error) ? error.message : "An error occurred."),
  });
  return createUIMessageStreamResponse({ stream });
}

async function answer(conversation: Conversation, message: UIMessage, writer: UIMessageStreamWriter): Promise<void> {
  const page = message.role === "assistant" ? message : undefined;
  let seen = page;
  if (page) writer.write({ type: "start", messageId: page.id });
  try {
    const { run, into } = page ? { run: await goOn(conversation, page), into: page } : await take(conversation, message);
    run.outcome.catch(() => {});
    if (!page) for (const chunk of from(into)) writer.write(chunk);
    seen = into;
    seen = await passOn(run.stream, into, writer);
    await untilItRests(conversation, await run.outcome);
  } catch (error) {
    // For pages that say it in their own words. Transient: it is no part of the message.
    if (isCountersignError(error)) writer.write({ type: "data-countersign", data: { code: error.code }, transient: true });
    throw error;
  } finally {
    if (seen) await show(conversation, seen, writer);
  }
  writer.write({ type: "finish" });
}

/** A message as it stands already. */
function from(message: UIMessage): readonly UIMessageChunk[] {
  return [{ type: "start", messageId: message.id }, ...catchUp(undefined, message)];
}

/** Of a part that was clicked on, what matters. A client may leave out anything. */
interface Clicked {
  readonly approval?: { readonly id?: unknown } | undefined;
  /** As the page showed it. */
  readonly input?: JsonObject | undefined;
}

/** A click is a claim: whoever made it decides, and what has been decided meanwhile stays. */
async function goOn(conversation: Conversation, page: UIMessage): Promise<StreamedRun<unknown, unknown>> {
  const { gate, threadId, by, resume } = conversation;
  const answers = await answersIn(conversation, page);
  if (answers.length > 0) await decideAnswers(gate, answers, { threadId, by, via: FRAMEWORK });
  return resume(
    Object.fromEntries(
      page.parts.flatMap((part) => (isToolUIPart(part) && part.state === "output-available" ? [[part.toolCallId, part.output]] : [])),
    ),
  );
}

/** The clicks on what nobody has decided yet, each about what its page showed. @throws NATIVE_REFUSED for what is no click */
async function answersIn({ gate, threadId }: Conversation, page: UIMessage): Promise<readonly NativeAnswer[]> {
  const clicked = page.parts.filter((part) => isToolUIPart(part) && part.state === "approval-responded") as readonly Clicked[];
  const claims = clicked.map(({ approval }) => ({ ...approval, approvalId: approval?.id }));
  const answers = responsesIn(threadId, claims).map(async (response, index) => {
    const { approvalId } = response;
    const request = await gate.get(approvalId);
    if (request && request.status !== "pending") return [];
    const input = clicked[index]?.input;
    const shown = request && input !== undefined ? digestOf({ tool: request.tool, args: input }) : undefined;
    return [answerOf(response, approvalId, shown)];
  });
  return (await Promise.all(answers)).flat();
}

/** Another process may be at it: the page would ask again at once. @throws THREAD_BUSY if it takes too long */
async function untilItRests({ threadId, signal, resume }: Conversation, first: RunOutcome<unknown>): Promise<void> {
  let outcome = first;
  for (const since = Date.now(); outcome.status === "running";) {
    if (Date.now() - since > PATIENCE) throw new CountersignError("THREAD_BUSY", { threadId });
    await pause(signal);
    outcome = await (await resume()).outcome;
  }
}

interface Live {
  toUIMessageStream(options: object): ReadableStream<UIMessageChunk>;
}

/** Passes the SDK's own stream on while it is made. Answers the message as the page has it then. */
async function passOn(stream: unknown, from: UIMessage, writer: UIMessageStreamWriter): Promise<UIMessage> {
  if (isEmptyStream(stream)) return from;
  const [shown, counted] = (stream as Live)
    .toUIMessageStream({ sendStart: false, sendFinish: false })
    .pipeThrough(withoutWhatIsTold())
    .tee();
  let seen = from;
  const reading = (async () => {
    for await (const message of readUIMessageStream({ message: structuredClone(from), stream: counted })) seen = message;
  })();
  for await (const chunk of shown) writer.write(chunk);
  await reading;
  return seen;
}

/**
 * What is left to the end: a question until it is on record, an error until it is known by its own name, and a result that
 * is none, because something must leave the SDK in its place.
 */
function withoutWhatIsTold(): TransformStream<UIMessageChunk, UIMessageChunk> {
  return new TransformStream({
    transform(chunk, controller) {
      if (chunk.type === "error" || (chunk.type === "tool-approval-request" && !chunk.isAutomatic)) return;
      if (chunk.type !== "tool-output-available") return controller.enqueue(chunk);
      if (chunk.output !== undefined) controller.enqueue({ ...chunk, output: jsonOf(chunk.output) });
    },
  });
}

async function show(conversation: Conversation, seen: UIMessage, writer: UIMessageStreamWriter): Promise<void> {
  const saved = (await conversation.messages()).findLast((message) => message.role === "assistant" && message.id === seen.id);
  if (saved) for (const chunk of catchUp(seen, saved)) writer.write(chunk);
}

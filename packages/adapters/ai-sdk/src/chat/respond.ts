import { CountersignError, isCountersignError, type Gate, type Principal, type RunOutcome, type StreamedRun } from "@countersign/core";
import {
  convertToModelMessages,
  createUIMessageStream,
  createUIMessageStreamResponse,
  isToolUIPart,
  readUIMessageStream,
  type ModelMessage,
  type UIMessage,
  type UIMessageChunk,
  type UIMessageStreamWriter,
} from "ai";
import { decideNative } from "../native.ts";
import { jsonOf } from "../saved.ts";
import { isEmptyStream } from "../stream.ts";
import { catchUp } from "./catch-up.ts";

/** What a chat does with its thread. */
export interface Conversation {
  readonly gate: Gate;
  readonly threadId: string;
  readonly by: Principal;
  readonly signal: AbortSignal | undefined;
  readonly start: (messages: ModelMessage[]) => Promise<StreamedRun<unknown, unknown>>;
  /** `answered`: what tools of the browser answered, by call id. */
  readonly resume: (answered?: Readonly<Record<string, unknown>>) => Promise<StreamedRun<unknown, unknown>>;
  /** As it is saved, and the id of the answer that is next or under way. */
  readonly messages: () => Promise<{ readonly messages: readonly UIMessage[]; readonly answer: string }>;
}

/** How long, in ms, a page waits for a run that another process has under way, and how often it looks. */
const PATIENCE = 60_000;
const LOOK_EVERY = 250;

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
  const { answer: messageId } = await conversation.messages();
  writer.write({ type: "start", messageId: page?.id ?? messageId });
  let seen = page;
  try {
    const run = page ? await goOn(conversation, page) : await begin(conversation, message);
    run.outcome.catch(() => {});
    seen = await passOn(run.stream, page ?? { id: messageId, role: "assistant", parts: [] }, writer);
    await settled(conversation, await run.outcome);
  } catch (error) {
    // For pages that say it in their own words. Transient: it is no part of the message.
    if (isCountersignError(error)) writer.write({ type: "data-countersign", data: { code: error.code }, transient: true });
    throw error;
  } finally {
    await show(conversation, seen, page?.id ?? messageId, writer);
  }
  writer.write({ type: "finish" });
}

/** @throws NATIVE_REFUSED for what isn't a user's to say */
async function begin({ threadId, start }: Conversation, message: UIMessage): Promise<StreamedRun<unknown, unknown>> {
  if (message.role !== "user")
    throw new CountersignError("NATIVE_REFUSED", { threadId, reason: `a chat client can't speak as ${message.role}` });
  return start(await convertToModelMessages([message]));
}

/** A click is a claim: whoever made it decides, and what has been decided meanwhile stays. */
async function goOn({ gate, threadId, by, resume }: Conversation, page: UIMessage): Promise<StreamedRun<unknown, unknown>> {
  const clicks = page.parts.flatMap((part) => {
    if (!isToolUIPart(part) || part.state !== "approval-responded") return [];
    const { id, approved, reason } = part.approval;
    return [{ approvalId: id, approved, reason }];
  });
  const requests = await Promise.all(clicks.map(({ approvalId }) => gate.get(approvalId)));
  const open = clicks.filter((_, index) => requests[index] === undefined || requests[index]?.status === "pending");
  if (open.length > 0) await decideNative(gate, open, { threadId, by });
  return resume(
    Object.fromEntries(
      page.parts.flatMap((part) => (isToolUIPart(part) && part.state === "output-available" ? [[part.toolCallId, part.output]] : [])),
    ),
  );
}

/** Another process may be at it: the page would ask again at once. @throws THREAD_BUSY if it takes too long */
async function settled({ threadId, signal, resume }: Conversation, first: RunOutcome<unknown>): Promise<void> {
  let outcome = first;
  for (const since = Date.now(); outcome.status === "running";) {
    signal?.throwIfAborted();
    if (Date.now() - since > PATIENCE) throw new CountersignError("THREAD_BUSY", { threadId });
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
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

async function show(conversation: Conversation, seen: UIMessage | undefined, id: string, writer: UIMessageStreamWriter): Promise<void> {
  const { messages } = await conversation.messages();
  const saved = messages.findLast((message) => message.role === "assistant" && message.id === id);
  if (saved) for (const chunk of catchUp(seen, saved)) writer.write(chunk);
}

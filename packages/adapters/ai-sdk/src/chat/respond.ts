import { CountersignError, isCountersignError, type RunOutcome, type StreamedRun } from "@countersign/core";
import { createUIMessageStream, createUIMessageStreamResponse, isToolUIPart, type UIMessage, type UIMessageStreamWriter } from "ai";
import { refusal } from "../native-answer.ts";
import type { Refusal } from "../run.ts";
import { denialOf } from "./catch-up.ts";
import { approvalPart, type ApprovalErrorData } from "./chat-message.ts";
import { decidedMeanwhile, decideClicks } from "./clicks.ts";
import type { Conversation } from "./conversation.ts";
import type { ResponseOptions } from "./options.ts";
import { passOn } from "./pass-on.ts";
import { PATIENCE, pause } from "./patience.ts";
import type { Route } from "./said.ts";
import { take } from "./take.ts";
import { requestsIn, telling, type Telling } from "./telling.ts";

/** Takes what one client says, and streams what comes of it. The page then shows what is saved, whoever did it. */
export function respondTo(conversation: Conversation, message: UIMessage, options: ResponseOptions): Response {
  const stream = createUIMessageStream({
    execute: ({ writer }) => answer({ conversation, message, options, writer }),
    // Whose fault it is decides who may read it: a typed error says what the person can do.
    onError: (error) => (isCountersignError(error) ? error.message : "An error occurred."),
  });
  const { headers, status } = options;
  return createUIMessageStreamResponse({ stream, ...(headers && { headers }), ...(status === undefined ? {} : { status }) });
}

interface Request {
  readonly conversation: Conversation;
  readonly message: UIMessage;
  readonly options: ResponseOptions;
  readonly writer: UIMessageStreamWriter;
}

/** A run, and the page's message that it goes into. */
interface Begun {
  readonly run: StreamedRun<unknown, unknown>;
  readonly told: Telling;
}

async function answer(request: Request): Promise<void> {
  const { message, writer } = request;
  const drained = Promise.withResolvers<void>();
  const refusals: Refusal[] = [];
  let told: Telling | undefined;
  let outcome: RunOutcome<unknown> | undefined;
  const route: Route = { refusals, beside: async () => (await drained.promise, told?.beside()) };
  try {
    refuseMalformed(request);
    if (message.role === "assistant") told = telling(writer, message);
    const begun = told ? { told, run: await clickedOn(request, told, route) } : await said(request, route);
    told = begun.told;
    const added = addTo(begun.told, request.options);
    added.catch(() => {});
    outcome = await follow(request, begun, refusals, drained.resolve);
    await added;
  } catch (error) {
    if (isCountersignError(error)) tellError(writer, { code: error.code, message: error.message });
    throw error;
  } finally {
    drained.resolve();
    await end(request, told, outcome);
  }
  writer.write({ type: "finish" });
}

/** What a client sends is anything until it is looked at. @throws NATIVE_REFUSED */
function refuseMalformed({ conversation: { threadId }, message }: Request): void {
  const given: unknown = message;
  const isMessage = typeof given === "object" && given !== null && "parts" in given && Array.isArray(given.parts);
  if (!isMessage) throw refusal(threadId, "it is not one message. Let the page send its last one: { message: messages.at(-1) }");
}

/** For pages that say it in their own words. Transient: it is no part of the message. */
function tellError(writer: UIMessageStreamWriter, data: ApprovalErrorData): void {
  writer.write({ type: "data-approval-error", data, transient: true });
}

async function said({ conversation, message, writer }: Request, route: Route): Promise<Begun> {
  const { run, into } = await take(conversation, message, { route });
  run.outcome.catch(() => {});
  const { id, metadata } = into;
  const told = telling(writer, { id, role: "assistant", parts: [] });
  told.tell({ type: "start", messageId: id, ...(metadata === undefined ? {} : { messageMetadata: metadata }) });
  await told.show(into);
  return { run, told };
}

async function clickedOn(
  { conversation, message: page, writer }: Request,
  told: Telling,
  route: Route,
): Promise<StreamedRun<unknown, unknown>> {
  told.tell({ type: "start", messageId: page.id });
  const { decided, late } = await decideClicks(conversation, page);
  for (const request of [...decided, ...late]) told.tell(approvalPart(request));
  for (const request of late) {
    tellError(writer, decidedMeanwhile(request));
    // The conversation may have gone on without this answer: then nothing else takes the click back.
    for (const chunk of await denialOf(request)) told.tell(chunk);
  }
  const run = await conversation.resume({ answered: answersIn(page), route });
  run.outcome.catch(() => {});
  return run;
}

/** What the browser answered to calls of tools without `execute`, by call id. */
function answersIn({ parts }: UIMessage): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    parts.flatMap((part): [string, unknown][] =>
      isToolUIPart(part) && part.state === "output-available" ? [[part.toolCallId, part.output]] : [],
    ),
  );
}

async function addTo({ tellBeside }: Telling, { execute }: ResponseOptions): Promise<void> {
  await execute?.({ writer: { write: tellBeside } });
}

/** Tells the page what the run says while it goes on. */
async function follow(
  { conversation, options }: Request,
  { run, told }: Begun,
  refusals: readonly Refusal[],
  drained: () => void,
): Promise<RunOutcome<unknown>> {
  const { gate } = conversation;
  const { messageMetadata } = options;
  await passOn(run.stream, told, { gate, requests: requestsIn(await told.seen()), refusals, messageMetadata });
  drained();
  return untilItRests(conversation, await run.outcome);
}

/** Another process may be at it: the page would ask again at once. @throws THREAD_BUSY if it takes too long */
async function untilItRests(
  { threadId, signal, resume }: Conversation,
  first: RunOutcome<unknown>,
): Promise<Exclude<RunOutcome<unknown>, { status: "running" }>> {
  for (let outcome = first, since = Date.now(); ; outcome = await (await resume()).outcome) {
    if (outcome.status !== "running") return outcome;
    if (Date.now() - since > PATIENCE) throw new CountersignError("THREAD_BUSY", { threadId });
    await pause(signal);
  }
}

async function end(
  { conversation, message, options }: Request,
  told: Telling | undefined,
  outcome: RunOutcome<unknown> | undefined,
): Promise<void> {
  const { onFinish } = options;
  if (!told && !onFinish) return;
  const messages = [...(await conversation.messages())];
  const seen = await told?.seen();
  const responseMessage = seen && messages.findLast(({ id, role }) => role === "assistant" && id === seen.id);
  await told?.show(responseMessage);
  const isAborted = conversation.signal?.aborted ?? false;
  await onFinish?.({ messages, responseMessage, isContinuation: message.role === "assistant", isAborted, outcome });
}

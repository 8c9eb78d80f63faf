import type { Usage } from "@countersign/core";
import { InvalidToolInputError, streamText, type LanguageModel, type ModelMessage } from "ai";
import { usageOf, type SdkUsage } from "./usage.ts";

type Made<T> = T | PromiseLike<T>;

/** What the SDK's results have in common: version 6 keeps the messages elsewhere, and streams answer with promises. */
interface Result {
  readonly text: Made<string>;
  readonly output: unknown;
  readonly finishReason?: Made<string>;
  readonly responseMessages?: Made<readonly ModelMessage[]>;
  readonly response?: Made<{ readonly messages: readonly ModelMessage[] }>;
  /** Of all steps. */
  readonly totalUsage?: Made<SdkUsage>;
  readonly steps?: Made<readonly Step[]>;
}
interface Step {
  readonly content: readonly Part[];
}

interface Part {
  readonly type: string;
  readonly toolCallId?: string;
  readonly toolName?: string;
  readonly output?: unknown;
  readonly invalid?: boolean;
  readonly error?: unknown;
}

/** A result that is still being made. Version 6 calls its parts by another name. */
export interface Streamed extends Result {
  readonly stream?: AsyncIterable<StreamPart>;
  readonly fullStream?: AsyncIterable<StreamPart>;
}
interface StreamPart {
  readonly type: string;
  readonly error?: unknown;
}

/** What a run of the SDK came to. */
export interface Finished {
  /** Those that it added. */
  readonly messages: readonly ModelMessage[];
  readonly text: string;
  readonly output: unknown;
  readonly usage: Usage | undefined;
  /** What tools answered, by call id, for each response of the model. */
  readonly outputs: readonly ReadonlyMap<string, unknown>[];
  /** The tools of calls that the SDK itself refused, because their arguments don't fit. */
  readonly unreadable: readonly string[];
}

/** Drives a stream to its end, whether or not anybody reads it. @throws what went wrong in it */
export async function finished(result: Result | Streamed): Promise<Finished> {
  const parts = "stream" in result ? result.stream : "fullStream" in result ? result.fullStream : undefined;
  let failure: { readonly error: unknown } | undefined;
  for await (const part of parts ?? []) if (part.type === "error") failure ??= { error: part.error };
  if (failure) throw failure.error;
  // One after the other: of a run that was called off each rejects, and nobody would be there to hear it of a second one.
  const text = await result.text;
  // Of a run that stopped for another reason there is no output: asking for it would throw.
  const output: unknown = (await result.finishReason) === "stop" ? await result.output : text;
  const messages = (await result.responseMessages) ?? (await result.response)?.messages;
  const steps = (await result.steps) ?? [];
  return {
    messages: messages ?? [],
    text,
    output,
    usage: usageOf(await result.totalUsage),
    outputs: steps.map(outputsIn),
    unreadable: steps.flatMap(({ content }) => content.flatMap((part) => (isUnreadable(part) ? [part.toolName ?? ""] : []))),
  };
}

/** A call of a tool that isn't there is marked in the same way. */
function isUnreadable({ type, invalid, error }: Part): boolean {
  return type === "tool-call" && invalid === true && InvalidToolInputError.isInstance(error);
}

function outputsIn({ content }: Step): ReadonlyMap<string, unknown> {
  return new Map(content.flatMap(({ type, toolCallId, output }) => (type === "tool-result" ? [[toolCallId ?? "", output]] : [])));
}

const empty = new WeakSet<object>();

/** A stream that has nothing to say, as the SDK itself makes it. */
export function emptyStream(): unknown {
  const stream = streamText({ model: SILENT, prompt: "nothing" });
  empty.add(stream);
  return stream;
}

export function isEmptyStream(stream: unknown): boolean {
  return typeof stream === "object" && stream !== null && empty.has(stream);
}

const NOTHING = { inputTokens: undefined, outputTokens: undefined, totalTokens: undefined };
/** Both versions of the SDK take a model of this one. */
const SILENT = {
  specificationVersion: "v3",
  provider: "countersign",
  modelId: "silent",
  supportedUrls: {},
  doGenerate: () => Promise.reject(new Error("It only streams.")),
  doStream: async () => ({
    stream: ReadableStream.from([
      { type: "stream-start", warnings: [] },
      { type: "finish", finishReason: { unified: "stop", raw: undefined }, usage: { inputTokens: NOTHING, outputTokens: NOTHING } },
    ]),
  }),
} as unknown as LanguageModel;

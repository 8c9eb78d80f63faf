import { BaseCallbackHandler } from "@langchain/core/callbacks/base";
import { IterableReadableStream } from "@langchain/core/utils/stream";

/**
 * Passes a stream on and drives it at the same time, so that the run comes to its end whether or not anybody reads.
 * @param isEnd errors that end the stream like any other end
 */
export function mirrored<T>(
  source: AsyncIterable<T>,
  isEnd: (error: unknown) => boolean,
): { readonly stream: IterableReadableStream<T>; readonly finished: Promise<void> } {
  let sink: ReadableStreamDefaultController<T> | undefined;
  const readable = new ReadableStream<T>({
    start: (controller) => {
      sink = controller;
    },
    // A reader who leaves doesn't end the run.
    cancel: () => {
      sink = undefined;
    },
  });
  const finished = pump(source, (chunk) => sink?.enqueue(chunk)).then(
    () => sink?.close(),
    (error: unknown) => {
      if (isEnd(error)) return sink?.close();
      sink?.error(error);
      throw error;
    },
  );
  return { stream: IterableReadableStream.fromReadableStream(readable), finished };
}

async function pump<T>(source: AsyncIterable<T>, put: (chunk: T) => void): Promise<void> {
  for await (const chunk of source) put(chunk);
}

/** Hears what a graph's run comes to: whatever it streams, it need not say so. */
export function listener(): { readonly handler: BaseCallbackHandler; readonly heard: () => unknown } {
  let root: string | undefined;
  let output: unknown;
  const handler = BaseCallbackHandler.fromMethods({
    handleChainStart(_chain, _inputs, runId) {
      root ??= runId;
    },
    handleChainEnd(outputs, runId) {
      if (runId === root) output = outputs;
    },
  });
  const heeding = { awaitHandlers: true, ignoreLLM: true, ignoreAgent: true, ignoreRetriever: true };
  return { handler: Object.assign(handler, heeding), heard: () => output };
}

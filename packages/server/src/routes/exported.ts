import type { AuditEvent } from "@countersign/core";
import type { Context } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";

const PAGE = 1_000;
/** Ms: a session or a key may have ended meanwhile. */
const BEAT = 15_000;

/** Some events behind a position, and the position behind them. `isEnd`: there are no more now. */
export type Read = (
  after: string | undefined,
  size: number,
) => Promise<{ events: readonly AuditEvent[]; position: string | undefined; isEnd: boolean }>;

/**
 * The trail as NDJSON, page by page, as fast as it is read: however long it is, it needs no more memory. Whoever may not read
 * it any more is cut off with an error, and so is everybody when the server ends: what isn't whole doesn't look like it.
 */
export function exported(
  first: Context,
  read: Read,
  {
    after,
    isWanted,
    beat = BEAT,
  }: { readonly after: string | undefined; readonly isWanted: (event: AuditEvent) => boolean; readonly beat?: number },
): ReadableStream<Uint8Array> {
  const stream = first.streams.open(first.caller, first.signal);
  let context = first;
  let knownAt = performance.now();
  let position = after;
  const known = async (): Promise<void> => {
    const { until = Infinity } = context.caller;
    if (performance.now() - knownAt < beat && Date.now() < until) return;
    context = await context.renewed();
    knownAt = performance.now();
    if (!context.rights.seesTrail || context.gate !== first.gate) throw new HttpError("FORBIDDEN");
  };
  const texts = new ReadableStream<string>({
    async pull(sink) {
      try {
        await known();
        if (stream.signal.aborted) throw new HttpError("CLOSING");
        const { events, isEnd, position: next } = await read(position, PAGE);
        position = next ?? position;
        const lines = events.filter(isWanted).map((event) => `${JSON.stringify(event)}\n`);
        sink.enqueue(lines.join(""));
        if (!isEnd) return;
        sink.close();
      } catch (error) {
        if (error instanceof HttpError) sink.error(error);
        else {
          context.report(error);
          sink.error(new Error("The export broke off."));
        }
      }
      stream.abort();
    },
    cancel: () => stream.abort(),
  });
  return texts.pipeThrough(new TextEncoderStream());
}

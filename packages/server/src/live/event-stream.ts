import { isCountersignError } from "@countersign/core";
import { createFeed, type FeedPage } from "@countersign/core/surface";
import type { Context } from "../http/endpoint.ts";
import { HttpError } from "../http/problem.ts";
import { PageOrBeat } from "./page-or-beat.ts";
import { visibleEvents } from "./visible-events.ts";

/** Ms: proxies end what is silent for a minute, and a session may have ended elsewhere. */
const BEAT = 15_000;
/** Ms that a browser waits before it comes back, and that a store is left alone which is away. */
const RETRY = 2_000;

/**
 * What happens from a position on, as server-sent events. The last event of a page has the position as its `id`; what comes
 * after it comes again to whoever is cut off before. The caller is known anew at every beat, also amid events: the stream ends with their session.
 */
export function eventStream(context: Context, after: string, stream: AbortController, beat: number = BEAT): ReadableStream<Uint8Array> {
  const texts = textsOf(context, after, stream.signal, beat);
  const encoder = new TextEncoder();
  let isOpen = true;
  return new ReadableStream(
    {
      async pull(controller) {
        try {
          const { value, done } = await texts.next();
          // Whoever has gone while a page was made takes no more.
          if (!isOpen) return;
          if (!done) return controller.enqueue(encoder.encode(value));
        } catch (error) {
          context.report(error);
        }
        controller.close();
        stream.abort();
      },
      cancel() {
        isOpen = false;
        stream.abort();
      },
    },
    // Whoever reads slowly is waited for: nothing is kept for them.
    { highWaterMark: 0 },
  );
}

async function* textsOf(first: Context, after: string, signal: AbortSignal, beat: number): AsyncGenerator<string, void, void> {
  let context = first;
  const pages = new PageOrBeat(createFeed(context.gate).listen({ after, signal }), signal);
  let renewAt = renewalOf(context, beat);
  yield `retry: ${RETRY}\nid: ${after}\n\n`;
  try {
    for (;;) {
      const came = await pages.within(renewAt - Date.now());
      if (signal.aborted) return;
      try {
        if (came === "beat" || Date.now() >= renewAt) {
          const renewed = await renewedOf(context);
          if (!renewed) return yield ended("UNAUTHENTICATED");
          // What is listened to is another tenant's by now.
          if (renewed.gate !== context.gate) return;
          context = renewed;
          renewAt = renewalOf(context, beat);
          yield ": still here\n\n";
          continue;
        }
        if (came.done) return;
        yield await textOf(context, came.value);
        pages.dealtWith();
      } catch (error) {
        if (!isAway(error)) throw error;
        // A browser that comes back and is refused doesn't come again. So it waits here, and misses nothing.
        yield ": the store is away\n\n";
        await pages.rest(RETRY);
      }
    }
  } finally {
    pages.stop();
  }
}

/** Unix ms: then the caller has to be known anew. */
function renewalOf({ caller }: Context, beat: number): number {
  return Math.min(Date.now() + beat, caller.until ?? Infinity);
}

function isAway(error: unknown): boolean {
  return isCountersignError(error, "STORE_UNAVAILABLE") && error.details.retryable;
}

/** Undefined: they are nobody any more. @throws STORE_UNAVAILABLE, and whatever else the sign-in throws */
async function renewedOf(context: Context): Promise<Context | undefined> {
  try {
    return await context.renewed();
  } catch (error) {
    if (error instanceof HttpError && error.code === "UNAUTHENTICATED") return undefined;
    throw error;
  }
}

/** A position without an event moves the reader on as well: nothing in between was theirs. */
async function textOf(context: Context, page: FeedPage): Promise<string> {
  const events = await visibleEvents(context, page);
  const texts = events.map((event, index) => {
    const id = index === events.length - 1 ? `id: ${page.position}\n` : "";
    return `event: change\n${id}data: ${JSON.stringify(event)}\n\n`;
  });
  return texts.length > 0 ? texts.join("") : `id: ${page.position}\n\n`;
}

function ended(code: string): string {
  return `event: end\ndata: ${JSON.stringify({ code })}\n\n`;
}

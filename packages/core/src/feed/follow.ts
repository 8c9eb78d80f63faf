import type { FeedPage, ListenOptions } from "../contract/feed.ts";
import type { AuditEvent } from "../contract/event.ts";
import { PAGE, type Listener, type Reader } from "./reader.ts";

/** After so many events of catching up, a listener and the reader compare anew where they are: what is compared is kept. */
const COMPARED = 1_000;

/** Where a listener stands: a position of the store's, and the same as a place among the reader's pages. */
interface Standing {
  readonly position: string;
  readonly place: number;
}

/** What somebody gets who listens from a position on. */
export async function* follow(
  reader: Reader,
  listener: Listener,
  { after, from }: Pick<ListenOptions, "after" | "from">,
): AsyncGenerator<FeedPage, void, void> {
  const recent = await reader.look(listener);
  if (!recent) return;
  let position = after ?? (from === "start" ? undefined : recent.position);
  let place = position === undefined ? undefined : recent.placeOf(position);
  while (!listener.signal?.aborted) {
    if (place === undefined) {
      const caughtUp: Standing | undefined = yield* catchUp(reader, listener, position);
      if (!caughtUp) return;
      ({ position, place } = caughtUp);
    }
    const page = recent.at(place);
    if (page === "gone") place = undefined;
    else if (!page) await reader.more(listener);
    else {
      place++;
      ({ position } = page);
      yield page;
    }
  }
}

/**
 * Page by page, until the listener has what the reader has. No position says which of two is further on, so events are
 * compared: what the listener read before a look began, the reader has after it. What the listener has read since, it may
 * get from the reader again. Answers undefined if it was aborted.
 */
async function* catchUp(
  reader: Reader,
  listener: Listener,
  from: string | undefined,
): AsyncGenerator<FeedPage, Standing | undefined, void> {
  for (let position = from; ;) {
    const place = (await reader.look(listener))?.end;
    const seen = new Set<string>();
    let full = true;
    while (full && seen.size < COMPARED) {
      const page = await reader.page(position, listener);
      if (!page) return undefined;
      ({ position } = page);
      for (const event of page.events) seen.add(nameOf(event));
      full = page.events.length === PAGE;
      if (page.events.length > 0) yield page;
    }
    if (full) continue;
    const recent = await reader.look(listener);
    if (!recent || place === undefined) return undefined;
    const pages = recent.since(place);
    if (!pages) continue;
    const reached = { position: recent.position, place: recent.end };
    const events = pages.flatMap((page) => page.events).filter((event) => !seen.has(nameOf(event)));
    if (events.length > 0) yield { events, position: reached.position };
    return reached;
  }
}

/** Nothing else ever has its place in its chain. */
function nameOf({ subject, seq }: AuditEvent): string {
  return `${seq} ${subject}`;
}

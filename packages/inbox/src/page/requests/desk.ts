import type { App } from "../app.ts";
import { createDecider, type Decider } from "./decide/decider.ts";
import { createList, type List } from "./list/list.ts";

/** A reviewer's desk: the list, and the one request that is open. */
export interface Desk {
  readonly list: List;
  readonly decider: Decider;
  /** Opens a request, with the filters as they are. Without an id: none is open. */
  open(id: string | undefined): void;
  /** Opens the one that waits behind it in the list; if there is none, the one before it. */
  openNext(id: string): Promise<void>;
  /** Reads the list, and keeps it fresh. Answers how to end it. */
  start(): () => void;
}

export function createDesk(app: App): Desk {
  const list = createList(app);
  const open = (id: string | undefined): void => app.route.go({ page: "requests", id }, app.route.query.value);
  const next = (id: string): string | undefined => list.waitingBeside(id, decider.decided());
  async function openNext(id: string): Promise<void> {
    if (next(id) === undefined && list.hasMore.peek()) await list.readMore();
    if (app.route.place.peek().id === id) open(next(id));
  }
  const decider = createDecider(app, { goOn: openNext, touch: (id) => list.touch(id) });
  return {
    list,
    decider,
    open,
    openNext,
    start: () => list.start(),
  };
}

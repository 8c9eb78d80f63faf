import { signal, type ReadonlySignal } from "@preact/signals";
import { isApiError, type RequestAnswer } from "@countersign/server/client";
import type { App } from "../../app.ts";
import type { Changes } from "../../live/batches.ts";
import { now } from "../../look/now.ts";

/** The request that is open, as it is shown. What somebody decides is about exactly this. */
export interface Opened {
  readonly id: string;
  /** What is on the screen. Other arguments don't take its place until somebody asks for them. */
  readonly shown: ReadonlySignal<RequestAnswer | undefined>;
  /** The request as it is by now, if its arguments are others than those on the screen. Those can't be signed then. */
  readonly outdated: ReadonlySignal<RequestAnswer | undefined>;
  /** What was on the screen before the new arguments were asked for. */
  readonly before: ReadonlySignal<RequestAnswer | undefined>;
  /** Why it could not be read the last time. What is on the screen stays. */
  readonly failure: ReadonlySignal<unknown>;
  /** Reads it anew, and shows what has changed, unless the arguments have. */
  readonly refresh: () => Promise<void>;
  /** Puts the new arguments on the screen. */
  showNew(): void;
  /** Reads it, and keeps it fresh. Answers how to end that. */
  start(): () => void;
}

/** What no event tells: the same call elsewhere, who is asked as well by now, how long ago things were. */
const READ_AGAIN = 60_000;
const FREEZES = "thread/countersign/freezes";

export function createOpened({ client, session, live }: App, id: string): Opened {
  const shown = signal<RequestAnswer | undefined>(undefined);
  const outdated = signal<RequestAnswer | undefined>(undefined);
  const before = signal<RequestAnswer | undefined>(undefined);
  const failure = signal<unknown>(undefined);
  let begun = 0;
  let heard = 0;
  let readAt = 0;

  async function refresh(): Promise<void> {
    const turn = ++begun;
    readAt = Date.now();
    const seen = shown.peek()?.review.digest;
    try {
      const answer = await client.getRequest(id, { seen });
      if (turn < heard) return;
      heard = turn;
      failure.value = undefined;
      // It was asked for beside what is on the screen by now: whether the arguments changed behind this person's back is asked again.
      if (seen !== shown.peek()?.review.digest && isOther(answer)) return await refresh();
      show(answer);
    } catch (error) {
      session.heed(error);
      if (turn >= heard) failure.value = error;
    }
  }

  /** The server says whether the arguments changed behind this person's back: an edit of their own is no news. */
  function show(answer: RequestAnswer): void {
    const isNews = isOther(answer) && answer.review.warnings.some(({ kind }) => kind === "edited-since");
    if (!isNews) shown.value = answer;
    outdated.value = isNews ? answer : undefined;
  }

  function isOther({ review: { digest } }: RequestAnswer): boolean {
    const old = shown.peek()?.review.digest;
    return old !== undefined && old !== digest;
  }

  function isAbout(changes: Changes): boolean {
    if (changes.type === "everything") return true;
    const alike = new Set(shown.peek()?.review.warnings.flatMap(({ requests }) => requests));
    return changes.events.some(
      ({ subject, request }) => subject === id || subject === FREEZES || (request !== undefined && alike.has(request.id)),
    );
  }

  function isStale(time: number): boolean {
    const deadline = shown.peek()?.review.deadline?.at ?? Infinity;
    return time - readAt >= restOf(failure.peek()) || (readAt < deadline && deadline <= time);
  }

  return {
    id,
    shown,
    outdated,
    before,
    failure,
    refresh,
    showNew() {
      const answer = outdated.peek();
      if (!answer) return;
      before.value = shown.peek();
      shown.value = answer;
      outdated.value = undefined;
    },
    start() {
      void refresh();
      const endings = [
        live.listen((changes) => {
          if (isAbout(changes)) void refresh();
        }),
        now.subscribe((time) => {
          if (isStale(time)) void refresh();
        }),
      ];
      return () => {
        for (const end of endings) end();
      };
    },
  };
}

/** Ms until it is read again by itself. The server may have said when it wants to be asked. */
function restOf(failure: unknown): number {
  const { retryAfter } = isApiError(failure) ? failure : {};
  return retryAfter === undefined ? READ_AGAIN : retryAfter * 1_000;
}

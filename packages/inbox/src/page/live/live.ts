import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Client } from "@countersign/server/client";
import type { Session } from "../session/session.ts";
import { createBatches, type Changes } from "./batches.ts";
import type { LiveState } from "./follow.ts";
import { giveWay } from "./soon.ts";
import { shareStream } from "./shared-stream.ts";

export type { Changes } from "./batches.ts";

/** Live events, of one stream for all tabs of the browser. */
export interface Live {
  readonly state: ReadonlySignal<LiveState>;
  /** Unix ms: since then nothing is heard. Undefined: it is live, or hasn't been yet. */
  readonly silentSince: ReadonlySignal<number | undefined>;
  /** Called at most a few times a second. Answers how to end it. */
  listen(listener: (changes: Changes) => void): () => void;
}

/** It listens while somebody is signed in, and goes on where it was when they have signed in again. */
export function createLive(client: Client, session: Session, base: string): Live {
  const state = signal<LiveState>("connecting");
  const silentSince = signal<number | undefined>(undefined);
  const listeners = new Set<(changes: Changes) => void>();

  async function tell(changes: Changes): Promise<void> {
    for (const listener of [...listeners]) {
      try {
        listener(changes);
      } catch (error) {
        reportError(error);
      }
      await giveWay();
    }
  }
  const batches = createBatches(tell, () => document.visibilityState === "hidden");

  // Before anybody has read anything: whatever they read is of then or later, and what happens since is heard.
  let position: Promise<string | undefined> = client.listEvents().then(
    (now) => {
      if (listeners.size > 0) batches.addEverything();
      return now.position;
    },
    () => undefined,
  );

  /** The page goes on as somebody else's after they have signed out in it, and then with another stream. */
  const whose = computed(() => {
    const me = session.me.value;
    const isIn = session.state.value === "signed-in" || (session.state.value === "lost" && session.isTooOld.value);
    return me && isIn ? `${me.kind} ${me.id}` : undefined;
  });
  let last: string | undefined;

  async function begin(name: string, ending: AbortSignal): Promise<void> {
    if (last !== undefined && last !== name) position = Promise.resolve(undefined);
    last = name;
    const from = await position;
    if (ending.aborted) return;
    shareStream({
      client,
      name: `countersign live ${base} ${name}`,
      position: from,
      onNews(news) {
        if (news.position !== undefined) position = Promise.resolve(news.position);
        if (news.hasGap) batches.addEverything();
        if (news.events.length > 0) batches.add(news.events);
        if (news.state === "live") silentSince.value = undefined;
        else if (state.value === "live") silentSince.value = Date.now();
        state.value = news.state;
      },
      onFailure: (error) => session.heed(error),
      signal: ending,
    });
  }

  effect(() => {
    const name = whose.value;
    if (name === undefined) return;
    const ending = new AbortController();
    void begin(name, ending.signal);
    return () => {
      ending.abort();
      state.value = "connecting";
    };
  });

  return {
    state,
    silentSince,
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

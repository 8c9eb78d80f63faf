import type { Client, Heard, LiveEvent } from "@countersign/server/client";
import { follow, type Following, type LiveState } from "./follow.ts";
import { onceSoon } from "./soon.ts";
import { openTabs } from "./tabs.ts";
import { canTakeTurns, takeTurns } from "./turns.ts";
import { listenForWaking, type Waking } from "./waking.ts";

/** Ms: a tab that leads says so much more often. One that says nothing for so long is asked, and has so long to answer. */
const SILENCE = 40_000;
const ANSWER = 3_000;

/** What the tab that has the stream tells the others. */
interface News {
  readonly type: "news";
  readonly events: readonly LiveEvent[];
  readonly position: string | undefined;
  readonly state: LiveState;
  readonly hasGap: boolean;
}
/** `hello`: another tab would like to know how things are. `wake`: its computer slept, or has another network. */
type Word = News | { readonly type: "hello" } | { readonly type: "wake"; readonly waking: Waking };

interface SharedStreamOptions {
  readonly client: Client;
  /** Tabs with the same name have one stream together. */
  readonly name: string;
  readonly position: string | undefined;
  readonly onNews: (news: Omit<News, "type">) => void;
  readonly onFailure: (error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Live events, of one stream for all tabs. Each knows how far it has got, so that any of them can go on when the one that leads is closed. */
export function shareStream({ client, name, onNews, onFailure, signal, ...from }: SharedStreamOptions): void {
  const tabs = openTabs<Word>(canTakeTurns() ? name : `${name} ${Math.random()}`, (word) => {
    if (word.type === "news") take(word);
    else if (word.type === "wake") following?.wake(word.waking);
    else if (following) tellNow();
  });
  let { position } = from;
  let following: Following | undefined;
  let tellNow = (): void => {};
  let heardAt = Date.now();
  let patience: ReturnType<typeof setTimeout> | undefined;

  function take(news: News): void {
    position = news.position ?? position;
    heardAt = Date.now();
    onNews(news);
  }

  async function lead(leading: AbortSignal): Promise<void> {
    if (leading.aborted) return;
    let events: LiveEvent[] = [];
    let state: LiveState = "connecting";
    let hasGap = false;
    let reached = position;
    const tell = (): void => {
      if (leading.aborted) return;
      const news: News = { type: "news", events, position: reached, state, hasGap };
      [events, hasGap] = [[], false];
      take(news);
      tabs.say(news);
    };
    const tellSoon = onceSoon(tell);
    clearTimeout(patience);
    following = follow({
      client,
      position: () => reached,
      onHeard: ({ event, position: at }: Heard) => {
        if (event) events.push(event);
        reached = at ?? reached;
        tellSoon();
      },
      onGap: (at) => {
        reached = at;
        hasGap = true;
        tellSoon();
      },
      onState: (now) => {
        if (now === state) return;
        state = now;
        tellSoon();
      },
      onFailure,
      signal: leading,
    });
    tellNow = tellSoon;
    tellSoon();
    await new Promise<void>((resolve) => leading.addEventListener("abort", () => resolve()));
    following = undefined;
  }

  const turns = takeTurns(name, signal, lead);

  function ask(): void {
    tabs.say({ type: "hello" });
    clearTimeout(patience);
    patience = setTimeout(() => {
      if (!following && document.visibilityState === "visible" && Date.now() - heardAt > ANSWER) turns.take();
    }, ANSWER + 100);
  }

  const unwatch = listenForWaking(
    (waking) => {
      if (following) return following.wake(waking);
      tabs.say({ type: "wake", waking });
      ask();
    },
    () => {
      if (following) {
        following.look();
        tellNow();
      } else if (document.visibilityState === "visible" && Date.now() - heardAt > SILENCE) ask();
    },
  );
  signal.addEventListener("abort", () => {
    clearTimeout(patience);
    unwatch();
    tabs.close();
  });
  ask();
}

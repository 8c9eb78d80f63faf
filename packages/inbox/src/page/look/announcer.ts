import { signal, type ReadonlySignal } from "@preact/signals";

/** Says something to whoever listens to the page with a screen reader. */
export interface Announcer {
  readonly text: ReadonlySignal<string>;
  /** The last text said counts. Say what a person did, and what changed in what they look at; nothing that only ticks. */
  say(text: string): void;
}

export function createAnnouncer(): Announcer {
  const text = signal("");
  return {
    text,
    say: (said) => {
      // The same text twice in a row is read twice only if it changes.
      text.value = said === text.value ? `${said}\u00a0` : said;
    },
  };
}

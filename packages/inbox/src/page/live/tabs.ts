/** What the tabs of a browser say to each other, under a name that those have who mean each other. */
export interface Tabs<Word> {
  /** To all others. */
  say(word: Word): void;
  close(): void;
}

export function openTabs<Word>(name: string, heard: (word: Word) => void): Tabs<Word> {
  const channel = new BroadcastChannel(name);
  channel.addEventListener("message", ({ data }: MessageEvent<Word>) => heard(data));
  return {
    say: (word) => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it reaches this origin alone
      channel.postMessage(word);
    },
    close: () => channel.close(),
  };
}

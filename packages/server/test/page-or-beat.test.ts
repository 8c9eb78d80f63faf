// Beats come between pages, however long a page takes.
import { setTimeout as sleep } from "node:timers/promises";
import type { FeedPage } from "@countersign/core/surface";
import { expect, test } from "vitest";
import { PageOrBeat } from "../src/live/page-or-beat.ts";

const PAGE: FeedPage = { events: [], position: "1" };

/** Pages that come when they are told to. */
function pages() {
  const gates: PromiseWithResolvers<FeedPage>[] = [];
  const generator = (async function* () {
    for (;;) {
      const gate = Promise.withResolvers<FeedPage>();
      gates.push(gate);
      yield await gate.promise;
    }
  })();
  return { generator, last: () => gates.at(-1) };
}

test("a page that takes long is asked and waited for once, and comes after the beats", async () => {
  const { generator, last } = pages();
  let waits = 0;
  const next = generator.next.bind(generator);
  let asked = 0;
  generator.next = () => {
    asked++;
    const page = next();
    const then = page.then.bind(page);
    page.then = (...given) => {
      waits++;
      return then(...given) as never;
    };
    return page;
  };
  const both = new PageOrBeat(generator, new AbortController().signal);
  for (let i = 0; i < 10; i++) expect(await both.within(1)).toBe("beat");
  expect(asked).toBe(1);
  expect(waits).toBe(1);
  last()?.resolve(PAGE);
  for (let i = 0; i < 2; i++) expect(await both.within(60_000)).toEqual({ done: false, value: PAGE });
  both.dealtWith();
  expect(await both.within(1)).toBe("beat");
  expect(asked).toBe(2);
});

test("a page that came while nobody waited is there at once", async () => {
  const { generator, last } = pages();
  const both = new PageOrBeat(generator, new AbortController().signal);
  expect(await both.within(1)).toBe("beat");
  last()?.resolve(PAGE);
  await sleep(1);
  expect(await both.within(60_000)).toEqual({ done: false, value: PAGE });
});

test("what the pages throw is thrown, whether somebody waits for it or not", async () => {
  const { generator, last } = pages();
  const both = new PageOrBeat(generator, new AbortController().signal);
  expect(await both.within(1)).toBe("beat");
  last()?.reject(new Error("closed"));
  await sleep(1);
  await expect(both.within(60_000)).rejects.toThrow("closed");
});

test("an abort ends a wait", async () => {
  const aborting = new AbortController();
  const both = new PageOrBeat(pages().generator, aborting.signal);
  const [waiting, resting] = [both.within(60_000), new PageOrBeat(pages().generator, aborting.signal).rest(60_000)];
  aborting.abort();
  expect(await waiting).toBe("beat");
  await resting;
});

test("a page wakes nobody who rests", async () => {
  const { generator, last } = pages();
  const both = new PageOrBeat(generator, new AbortController().signal);
  expect(await both.within(1)).toBe("beat");
  let isOver = false;
  const resting = both.rest(50).then(() => (isOver = true));
  last()?.resolve(PAGE);
  await sleep(5);
  expect(isOver).toBe(false);
  await resting;
  expect(await both.within(60_000)).toEqual({ done: false, value: PAGE });
});

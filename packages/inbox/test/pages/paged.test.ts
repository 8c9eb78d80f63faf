// A list that is read page by page: what is shown is what was asked for last.
import { expect, test } from "vitest";
import { createPaged } from "../../src/page/reading/paged.ts";

interface Read {
  readonly after: string | undefined;
  readonly signal: AbortSignal;
  answer(items: readonly string[], next?: string): void;
  fail(error: Error): void;
}

function reading() {
  const reads: Read[] = [];
  const heeded: unknown[] = [];
  const paged = createPaged<string, { readonly items: readonly string[]; readonly next?: string | undefined }>(
    { heed: (error) => void heeded.push(error) },
    (after, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<{ items: readonly string[]; next?: string | undefined }>();
      reads.push({ after, signal, answer: (items, next) => resolve({ items, next }), fail: reject });
      return promise;
    },
  );
  const read = (index: number): Read => {
    const found = reads[index];
    if (!found) throw new Error(`There was no read ${index}.`);
    return found;
  };
  return { paged, reads, read, heeded };
}

test("an answer that comes after its successor's changes nothing", async () => {
  const { paged, read } = reading();
  const [first, second] = [paged.refresh(), paged.refresh()];
  expect(read(0).signal.aborted).toBe(true);
  read(1).answer(["new"]);
  await second;
  read(0).answer(["old"]);
  await first;
  expect([paged.items.value, paged.isReading.value, paged.failure.value]).toEqual([["new"], false, undefined]);
});

test("what was read stays when it can't be read, and is read anew as far as before", async () => {
  const { paged, read, reads, heeded } = reading();
  const first = paged.refresh();
  read(0).answer(["a", "b"], "b");
  await first;
  const more = paged.more();
  void paged.more();
  expect(reads).toHaveLength(2);
  read(1).answer(["c"], "c");
  await more;
  expect([paged.items.value, paged.hasMore.value]).toEqual([["a", "b", "c"], true]);

  const failing = paged.refresh();
  read(2).fail(new Error("away"));
  await failing;
  expect([paged.items.value, paged.failure.value]).toEqual([["a", "b", "c"], new Error("away")]);
  expect(heeded).toEqual([new Error("away")]);

  const again = paged.refresh();
  read(3).answer(["A", "b"], "b");
  await expect.poll(() => reads.length).toBe(5);
  expect(read(4).after).toBe("b");
  read(4).answer(["c", "d"]);
  await again;
  expect([paged.items.value, paged.hasMore.value, paged.failure.value]).toEqual([["A", "b", "c", "d"], false, undefined]);
});

test("nobody looks at it any more: nothing is said", async () => {
  const { paged, read, heeded } = reading();
  const gone = paged.refresh();
  paged.stop();
  read(0).fail(new DOMException("gone", "AbortError"));
  await gone;
  expect([heeded, paged.failure.value]).toEqual([[], undefined]);
});

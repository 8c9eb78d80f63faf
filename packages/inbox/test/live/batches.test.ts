// Events are told a few times a second, and never so many that reading everything anew costs less.
import type { LiveEvent } from "@countersign/server/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backOff } from "../../src/page/live/back-off.ts";
import { createBatches, type Changes } from "../../src/page/live/batches.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

let told: Changes[] = [];
const event = (seq: number, subject = "a"): LiveEvent => ({ subject, seq, type: "asked", at: 0 });
function batches(isHidden = false) {
  told = [];
  return createBatches(async (changes) => void told.push(changes), () => isHidden); // prettier-ignore
}
const sizes = () => told.map((changes) => (changes.type === "everything" ? "everything" : changes.events.length));

test("the first at once, then four times a second", async () => {
  const { add } = batches();
  for (let n = 0; n < 200; n++) {
    add([event(n)]);
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(told.length).toBeGreaterThan(5);
  expect(told.length).toBeLessThanOrEqual(9);
  await vi.advanceTimersByTimeAsync(250);
  expect(told.flatMap((changes) => (changes.type === "events" ? changes.events : [])).map(({ seq }) => seq)).toEqual(
    Array.from({ length: 200 }, (_, n) => n),
  );
});

test("calmly where nobody looks", async () => {
  const { add } = batches(true);
  for (let n = 0; n < 38; n++) {
    add([event(n)]);
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(sizes()).toEqual([1, 19]);
});

test("an event that comes twice is told once", async () => {
  const { add } = batches();
  add([event(1), event(2), event(1), event(1, "b")]);
  await vi.advanceTimersByTimeAsync(1);
  expect(sizes()).toEqual([3]);
});

test("more than a few hundred at once are everything, and that comes seldom", async () => {
  const { add } = batches();
  for (let n = 0; n < 10_000; n++) {
    add([event(n)]);
    if (n % 100 === 0) await vi.advanceTimersByTimeAsync(20);
  }
  await vi.advanceTimersByTimeAsync(5_000);
  expect(sizes()).toEqual([1, "everything", "everything"]);
  add([event(1)]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sizes().at(-1)).toBe(1);
});

test("what comes while it is told waits", async () => {
  told = [];
  let go = (): void => {};
  const { add } = createBatches(
    (changes) => {
      told.push(changes);
      return new Promise((resolve) => (go = resolve));
    },
    () => false,
  );
  add([event(1)]);
  await vi.advanceTimersByTimeAsync(10);
  add([event(2)]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(sizes()).toEqual([1]);
  go();
  await vi.advanceTimersByTimeAsync(250);
  expect(sizes()).toEqual([1, 1]);
});

test("waits longer with each failure, and as long as the server says", () => {
  const waits = [1, 2, 3, 4, 5, 6, 20].map((failures) => backOff(failures, { isHidden: false, random: 1 }));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  expect(backOff(20, { isHidden: true, random: 1 })).toBe(60_000);
  expect(backOff(1, { isHidden: false, random: 0 })).toBe(500);
  expect(backOff(0, { isHidden: false, random: 0.5 })).toBe(500);
  expect(backOff(1, { isHidden: false, random: 0, retryAfter: 60 })).toBe(60_000);
});

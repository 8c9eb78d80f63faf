import { constants, deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeContinuation, encodeContinuation } from "../src/suspend/continuation.ts";

/** A continuation whose JSON has this many bytes. */
const ofBytes = (bytes: number) => ({ format: 3, data: "x".repeat(bytes - JSON.stringify({ format: 3, data: "" }).length) });
const damaged = { code: "STORE_UNAVAILABLE", details: { retryable: false } };

async function refusal(bytes: Uint8Array): Promise<unknown> {
  return decodeContinuation(bytes, "mini").then(() => "decoded", (error: unknown) => error); // prettier-ignore
}

test.each([
  ["a small one", { format: 1, data: { messages: ["hi"] } }],
  ["a large one", { format: 2, data: { messages: Array.from({ length: 5_000 }, (_, n) => `Zahlung ${n} über 4.200 € 🙂`) } }],
  ["an own __proto__ key", { format: 1, data: JSON.parse(`{"__proto__": {"a": 1}, "long": "${"y".repeat(9_000)}"}`) as unknown }],
])("%s comes back as it was", async (_, continuation) => {
  const decoded = await decodeContinuation(await encodeContinuation(continuation), "mini");
  expect(JSON.stringify(decoded)).toBe(JSON.stringify(continuation));
});

test("up to 32 KiB it stays plain JSON, above that it is compressed", async () => {
  const [small, large] = await Promise.all([encodeContinuation(ofBytes(32_768)), encodeContinuation(ofBytes(32_769))]);
  expect([small[0], small.length]).toEqual([3, 32_769]);
  expect(large[0]).toBe(4);
  expect(large.length).toBeLessThan(100);
  expect(JSON.parse(gunzipSync(large.subarray(1)).toString())).toEqual(ofBytes(32_769));
});

test("what earlier versions saved plain is read, however long it is", async () => {
  const json = new TextEncoder().encode(JSON.stringify(ofBytes(100_000)));
  expect(await decodeContinuation(new Uint8Array([1, ...json]), "mini")).toEqual(ofBytes(100_000));
});

test("what earlier versions saved had no values of other kinds", async () => {
  const json = new TextEncoder().encode('{"format":3,"data":{"$Date":"2026"}}');
  expect(await decodeContinuation(new Uint8Array([1, ...json]), "mini")).toEqual({ format: 3, data: { $Date: "2026" } });
});

test("values that JSON has no word for come back as they were", async () => {
  const continuation = { format: 1, data: { png: Buffer.from([137]), at: new Date(0), n: 1n, none: undefined } };
  expect(await decodeContinuation(await encodeContinuation(continuation), "mini")).toStrictEqual(continuation);
});

test("none is none", async () => {
  expect(await decodeContinuation(undefined, "mini")).toBeNull();
});

test("what JSON can't carry is named before anything is compressed", async () => {
  await expect(encodeContinuation({ format: 1, data: { a: [1, () => {}] } })).rejects.toMatchObject({
    code: "STATE_NOT_SERIALIZABLE",
    details: { path: ["a", 1] },
  });
});

test("an encoding of another version is told from damage", async () => {
  expect(await refusal(new Uint8Array([5, 1, 2]))).toMatchObject({ code: "STATE_INCOMPATIBLE", details: { saved: "encoding 5" } });
  expect(await refusal(new Uint8Array(0))).toMatchObject({ code: "STATE_INCOMPATIBLE" });
});

test("damage is an error with a code: cut off, changed, or not JSON inside", async () => {
  const whole = await encodeContinuation(ofBytes(50_000));
  const changed = whole.with(whole.length - 6, (whole.at(-6) ?? 0) ^ 1);
  const notJson = new Uint8Array([2, ...gzipSync("{")]);
  for (const bytes of [whole.subarray(0, -9), whole.subarray(0, 1), changed, notJson, new Uint8Array([1, 123]), new Uint8Array([1, 255])])
    expect(await refusal(bytes)).toMatchObject(damaged);
});

test("what would unpack to more than was ever packed is refused while it unpacks", async () => {
  // Of the same parts, so that only one has to be packed. It has no end: nobody shall get there.
  const part = deflateRawSync(new Uint8Array(10 * 1_024 * 1_024), { finishFlush: constants.Z_FULL_FLUSH });
  const bomb = Buffer.concat([Uint8Array.of(2), gzipSync("").subarray(0, 10), ...Array<Buffer>(30).fill(part)]);
  expect(await refusal(bomb)).toMatchObject({ ...damaged, cause: expect.any(RangeError) });
});

import { expect, test } from "vitest";
import { jsonArray } from "../src/json-array.ts";

const from = async function* (...elements: readonly unknown[]) {
  yield* elements;
};

test.each([[[]], [[{ name: "one" }]], [[{ name: "one" }, { name: "two", profile: ["a\nb"] }]]])(
  "%j is one JSON document",
  async (elements) => {
    const pieces = await Array.fromAsync(jsonArray(from(...elements)));
    expect(JSON.parse(pieces.join(""))).toEqual(elements);
  },
);

test("an element is written before the next one is there", async () => {
  const written: string[] = [];
  const never = async function* () {
    yield { name: "measured" };
    expect(written.join("")).toBe('[\n{"name":"measured"}');
    throw new Error("stopped");
  };
  const writing = async () => {
    for await (const piece of jsonArray(never())) written.push(piece);
  };
  await expect(writing()).rejects.toThrow("stopped");
});

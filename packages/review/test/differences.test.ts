import type { JsonObject } from "@countersign/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { differencesOf, type Difference } from "../src/index.ts";
import { lineDifference } from "../src/line-difference.ts";
import { requestOf } from "./support.ts";

const between = (model: JsonObject, proposed: JsonObject, mine?: JsonObject): readonly Difference[] =>
  differencesOf(requestOf(model, { proposal: { args: proposed, digest: "d", by: undefined } }), mine);

describe("differences", () => {
  it("are told three ways, with what isn't there absent", () => {
    expect(between({ a: 1, b: "x", c: true }, { a: 2, b: "x" }, { a: 2, b: "y", d: null })).toEqual([
      { path: ["a"], name: "a", model: { text: "1" }, proposed: { text: "2" }, mine: { text: "2" }, lines: undefined },
      { path: ["b"], name: "b", model: { text: '"x"' }, proposed: { text: '"x"' }, mine: { text: '"y"' }, lines: undefined },
      { path: ["c"], name: "c", model: { text: "true" }, proposed: undefined, mine: undefined, lines: undefined },
      { path: ["d"], name: "d", model: undefined, proposed: undefined, mine: { text: "null" }, lines: undefined },
    ]);
  });

  it("are none where nobody has changed anything, or members come in another order", () => {
    expect(between({ a: [{ x: 1, y: 2 }], b: 1 }, { b: 1, a: [{ y: 2, x: 1 }] })).toEqual([]);
  });

  it("are as far down as the shape is one", () => {
    const [deep, ...more] = between({ to: [{ iban: "A", name: "x" }, { iban: "B" }] }, { to: [{ iban: "A", name: "x" }, { iban: "C" }] });
    expect(deep).toMatchObject({ path: ["to", 1, "iban"], name: "to[2].iban" });
    expect(more).toEqual([]);
    const [list] = between({ to: ["a", "b"] }, { to: ["a", "n", "b"] });
    expect(list).toMatchObject({ name: "to", model: { text: '["a","b"]' }, proposed: { text: '["a","n","b"]' } });
    expect(list?.lines).toEqual([
      { change: "same", text: "[" },
      { change: "same", text: '  "a",' },
      { change: "added", text: '  "n",' },
      { change: "same", text: '  "b"' },
      { change: "same", text: "]" },
    ]);
  });

  it("of blocks are line by line, between the two that differ last", () => {
    const [edited] = between({ sql: "a\nb\nc" }, { sql: "a\nB\nc" });
    expect(edited).toMatchObject({ model: { text: "3 lines" }, proposed: { text: "3 lines" } });
    expect(edited?.lines?.map(({ change, text }) => `${change} ${text}`)).toEqual(["same a", "removed b", "added B", "same c"]);
    const [mine] = between({ sql: "a\nb\nc" }, { sql: "a\nB\nc" }, { sql: "a\nB" });
    expect(mine?.lines?.map(({ change, text }) => `${change} ${text}`)).toEqual(["same a", "same B", "removed c"]);
  });
});

describe("line by line", () => {
  it("what is far from a change is only counted", () => {
    const before = Array.from({ length: 100 }, (_, index) => String(index));
    const after = before.with(50, "fifty");
    expect(lineDifference(before, after).map(({ change, text }) => `${change} ${text}`)).toEqual([
      "skipped 47 lines that are the same",
      ...["47", "48", "49"].map((text) => `same ${text}`),
      "removed 50",
      "added fifty",
      ...["51", "52", "53"].map((text) => `same ${text}`),
      "skipped 46 lines that are the same",
    ]);
  });

  it("both texts can be told from it", () => {
    const lines = fc.array(fc.constantFrom<string[]>("a", "b", "c"), { maxLength: 30 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const difference = lineDifference(before, after);
        const count = (...changes: readonly string[]): number =>
          difference.reduce(
            (sum, { change, text }) => sum + (change === "skipped" ? parseInt(text, 10) : changes.includes(change) ? 1 : 0),
            0,
          );
        expect(count("same", "removed")).toBe(before.length);
        expect(count("same", "added")).toBe(after.length);
        const kept = difference.filter(({ change }) => change === "added").map(({ text }) => text);
        expect(kept.every((text) => after.includes(text))).toBe(true);
      }),
    );
  });

  it("texts that have nothing in common, however long, are removed and added", () => {
    const before = Array.from({ length: 20_000 }, (_, index) => `a${index}`);
    const after = Array.from({ length: 20_000 }, (_, index) => `b${index}`);
    const changes = lineDifference(before, after).map(({ change }) => change);
    expect(changes.filter((change) => change === "removed")).toHaveLength(20_000);
    expect(changes.filter((change) => change === "added")).toHaveLength(20_000);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { brief } from "../src/explain/brief.ts";
import { caseLines } from "../src/explain/case-lines.ts";
import { differences } from "../src/explain/differences.ts";
import { originalAt } from "../src/explain/original.ts";

describe("a value in one line", () => {
  it.each([
    [undefined, "undefined"],
    [{ a: 1, b: undefined, "c d": [true, null] }, '{a: 1, "c d": [true, null]}'],
    [new Uint8Array([1, 2]), "2 bytes 0102"],
    [7n, "7n"],
    [new Error("no"), "Error: no"],
  ])("%o", (value, line) => expect(brief(value)).toBe(line));

  it("is cut, however large or round the value is", () => {
    const round: Record<string, unknown> = {};
    round["self"] = round;
    for (const value of ["x".repeat(1e6), Array.from({ length: 1e5 }, (_, n) => n), round, { deep: { a: "y".repeat(1e5) } }]) {
      expect(brief(value, 100).length).toBeLessThan(200);
    }
  });
});

describe("how two values differ", () => {
  it.each([
    ["nothing", { a: [1] }, { a: [1] }, []],
    ["a member", { a: { b: 1 } }, { a: { b: 2 } }, ["a.b: got 1, expected 2"]],
    ["one that is missing", {}, { a: 2 }, ["a: got undefined, expected 2"]],
    ["one that is too many", { a: null }, {}, ["a: got null, expected undefined"]],
    ["an entry", [1, 2], [1, 3], ["[1]: got 2, expected 3"]],
    ["a length", [1], [1, 3], ["got 1 entry, expected 2; the first that differs is number 2: got none, expected 3"]],
    ["a long text", "x".repeat(150), `${"x".repeat(140)}y`, [expect.stringContaining("differ from character 141 on")]],
    ["an own __proto__", JSON.parse('{"__proto__":1}'), {}, ["__proto__: got 1, expected undefined"]],
  ])("%s", (_, actual, expected, lines) => expect(differences(actual, expected)).toEqual(lines));
});

describe("the lines of a case", () => {
  let folder = "";
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "countersign-explain-"))));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A bundle of one line that comes from the third line of a case. */
  function bundle(sourcesContent: readonly (string | null)[]): string {
    const name = `chunk-${sourcesContent.length}.js`;
    const file = join(folder, name);
    writeFileSync(file, `assertPaid(stage);\n//# sourceMappingURL=${name}.map\n`);
    const map = { version: 3, names: [], sources: ["../src/adapter-suite/cases/once.ts"], sourcesContent, mappings: "AAEA" };
    writeFileSync(`${file}.map`, JSON.stringify(map));
    return file;
  }

  it("come from the source map of a bundle", () => {
    const text = "export const once = () => {\n  // before\n  assertPaid(stage);\n};";
    const file = bundle([text]);
    expect(originalAt(file, 1, 1)).toEqual({ file: "../src/adapter-suite/cases/once.ts", line: 3, text: text.split("\n") });
    const error = Object.assign(new Error("no"), { stack: `Error: no\n    at run (file://${file}:1:1)` });
    const [section] = caseLines(() => {}, error);
    expect(section?.lines).toEqual([
      "adapter-suite/cases/once.ts:3",
      "  1 | export const once = () => {",
      "  2 |   // before",
      "> 3 |   assertPaid(stage);",
      "  4 | };",
    ]);
  });

  it("are those of the file itself where its source map is none", () => {
    const file = bundle([null, null]);
    writeFileSync(`${file}.map`, "gone");
    expect(originalAt(file, 1, 1)).toMatchObject({ file, line: 1 });
  });

  it("are the function's own where nothing has its text", () => {
    const error = Object.assign(new Error("no"), { stack: `Error: no\n    at run (${bundle([])}:1:1)\n    at gone (/nowhere/a.js:1:2)` });
    const run = () => "what the case does";
    expect(caseLines(run, error)).toEqual([{ heading: "What the case does", lines: [run.toString()] }]);
  });
});

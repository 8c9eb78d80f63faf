import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { Bench } from "../src/bench.ts";
import { rowsOn, stores } from "../src/rows.ts";
import { table } from "../src/table.ts";

/** Every row, as small as it gets: that it runs, not how fast. */
const bench = new Bench({ few: 600, many: 700, effort: 0.01 }, () => {});
afterAll(() => bench[Symbol.asyncDispose]());

const figure = {
  name: expect.stringMatching(/\S/),
  unit: expect.stringMatching(/^(µs|ms|MB|commits\/s)$/),
  value: expect.toSatisfy(Number.isFinite),
  baseline: expect.toSatisfy(Number.isFinite),
  ratio: expect.toSatisfy(Number.isFinite),
  aim: expect.stringMatching(/\S/),
  holds: expect.any(Boolean),
};

test.each(rowsOn(stores()))("$name", { timeout: 120_000 }, async (row) => {
  const results = await row.run(bench);
  expect(results.length).toBeGreaterThan(0);
  for (const { profile, ...rest } of results) expect(rest).toEqual(figure);
  for (const { name } of results) expect(table(results)).toContain(name);
});

test("--json prints figures and nothing else", { timeout: 120_000 }, async () => {
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, "--json", "--quick", "--only", "import"]);
  expect(JSON.parse(stdout)).toEqual([figure]);
  expect(stderr).toMatch(/^1\/1 {2}Import time {2}\d+\.\d s\n$/);
});

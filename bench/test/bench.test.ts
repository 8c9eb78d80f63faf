import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { Bench } from "../src/bench.ts";
import { follow } from "../src/operations.ts";
import { allRows } from "../src/rows.ts";
import { table } from "../src/table.ts";
import { figureSchema } from "./figure.ts";

/** Every row, as small as it gets and in this process: that it runs, not how fast. */
const bench = new Bench({ few: 600, many: 700, turns: 5, cold: 2, warm: 2, processes: 1, effort: 0.01 }, () => {}, follow);
afterAll(() => bench[Symbol.asyncDispose]());

test.each([...allRows()])("$name", { timeout: 120_000 }, async (row) => {
  const results = await row.run(bench);
  expect(results.length).toBeGreaterThan(0);
  for (const { profile, ...figure } of results) figureSchema.parse(figure);
  for (const { name } of results) expect(table(results)).toContain(name);
});

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const benching = (...options: string[]) => promisify(execFile)(process.execPath, [main, ...options]);

test("--json prints figures and nothing else, warm and cold", { timeout: 120_000 }, async () => {
  const { stdout, stderr } = await benching("--json", "--quick", "--only", "memory: a turn");
  const figure = figureSchema.parse((JSON.parse(stdout) as unknown[])[0]);
  expect(figure).toMatchObject({ warm: { value: expect.any(Number) }, cold: { value: expect.any(Number) } });
  expect(stderr).toMatch(/^1\/1 {2}Memory: a turn of a long thread {2}\d+\.\d s\n$/);
});

test("--help names every option", async () => {
  const { stdout } = await benching("--help");
  for (const option of ["--quick", "--only", "--json", "--chart"]) expect(stdout).toContain(option);
});

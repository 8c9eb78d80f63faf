import { afterAll, expect, test } from "vitest";
import { Bench } from "../src/bench.ts";
import { follow } from "../src/operations.ts";
import { allRows } from "../src/rows.ts";
import { table } from "../src/table.ts";
import { figureSchema } from "./figure.ts";

/** Every row, as small as it gets and in this process: that it runs, not how fast. */
const bench = new Bench(
  { few: 600, many: 700, turns: 5, events: 100, listeners: 3, cold: 2, warm: 2, processes: 1, effort: 0.01, explains: true },
  () => {},
  follow,
);
afterAll(() => bench[Symbol.asyncDispose]());

test.each([...allRows()])("$name", { timeout: 120_000 }, async (row) => {
  const results = await row.run(bench);
  expect(results.length).toBeGreaterThan(0);
  for (const { profile, ...figure } of results) figureSchema.parse(figure);
  for (const { name } of results) expect(table(results)).toContain(name);
});

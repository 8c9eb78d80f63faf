import { bundleChildren } from "@countersign/test-run";
import { afterAll, afterEach, expect, test } from "vitest";
import { Bench } from "../src/bench.ts";
import { allRows } from "../src/rows.ts";
import { table } from "../src/table.ts";
import { figureSchema } from "./figure.ts";
import { OpenedOnce } from "./opened-once.ts";

// All but the one that says how long its imports take.
const CHILDREN = ["children/server", "children/bare-server", "children/listeners", "children/worker", "children/held", "children/verify"];
const CONTESTANTS = ["children/host", "peers/countersign"];
await bundleChildren([...CHILDREN, ...CONTESTANTS].map((name) => new URL(`../src/${name}.ts`, import.meta.url)));

/** Every row, as small as it gets and in this process: that it runs, not how fast. */
const operations = new OpenedOnce();
const bench = new Bench(
  { few: 600, many: 700, turns: 5, events: 100, listeners: 3, cold: 2, warm: 2, processes: 1, effort: 0.01, explains: true },
  () => {},
  operations.follow,
);
afterEach(() => operations.close());
afterAll(() => bench[Symbol.asyncDispose]());

test.each([...allRows()])("$name", { timeout: 300_000 }, async (row) => {
  const results = await row.run(bench);
  expect(results.length).toBeGreaterThan(0);
  for (const { profile, ...figure } of results) figureSchema.parse(figure);
  for (const { name } of results) expect(table(results)).toContain(name);
});

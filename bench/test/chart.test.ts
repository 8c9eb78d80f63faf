import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { chart } from "../src/chart.ts";
import type { Figure } from "../src/row.ts";

const within: Figure = {
  name: "SQLite: suspend",
  unit: "ms",
  warm: { value: 0.24, baseline: 0.2, ratio: 1.2, ofAim: 0.8 },
  cold: { value: 0.9, baseline: 0.3, ratio: 3, ofAim: 2.5 },
  aim: "≤ 1.5x",
  holds: true,
};
const beyond: Figure = { name: "SQLite: a & b < c", unit: "commits", single: { value: 70, ofAim: 10 }, aim: "≤ 7", holds: false };
const aimless: Figure = { name: "Postgres: queries", unit: "queries", single: { value: 30 } };

/** Bars and arrows of this look, without the legend's. */
function drawn(svg: string, look: string): readonly string[] {
  const [, ...all] = svg.matchAll(new RegExp(`<(rect|path) class="${look}"[^>]*`, "g"));
  return all.map(([element]) => element);
}

test("a bar is as long as the share of the aim that is used", () => {
  const [warm] = drawn(chart([within]), "met");
  const [full] = drawn(chart([{ ...within, warm: { ...within.warm, ofAim: 1.6 } }]), "met");
  const widthOf = (bar = "") => Number(/width="([\d.]+)"/.exec(bar)?.[1]);
  expect(widthOf(full)).toBeCloseTo(2 * widthOf(warm));
});

test("a bar beyond twice the aim ends in an arrow, and a missed aim has a look of its own", () => {
  const svg = chart([within, beyond]);
  expect(drawn(svg, "missed").map((bar) => bar.slice(1, 5))).toEqual(["rect", "path"]);
  expect(drawn(svg, "cold").filter((bar) => bar.startsWith("<path"))).toHaveLength(1);
});

test("the figures are text, also for those who can't see the bars", () => {
  const svg = chart([within, beyond]);
  expect(svg).toContain(">suspend</text>");
  expect(svg).toContain(">0.24 ms (1.2x)</text>");
  expect(svg).toContain(">0.9 ms (3x)</text>");
  expect(svg).toMatch(/<desc[^>]*>1 of 2 aims are met\. SQLite: suspend: 0\.24 ms \(1\.2x\), aim ≤ 1\.5x\./);
  expect(svg).toContain("a &amp; b &lt; c");
});

test("a figure without an aim is left out", () => {
  expect(chart([within, aimless])).not.toContain("queries");
});

test("--chart makes one of what --json has written", { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "figures.json"), JSON.stringify([within, beyond, aimless]));
  const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [main, "--chart", join(folder, "figures.json")]);
  expect(stdout).toBe(chart([within, beyond, aimless]));
});

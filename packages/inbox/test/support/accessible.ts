import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { AxeResults, RunOptions } from "axe-core";
import type { Page } from "playwright-core";
import { expect } from "vitest";

const AXE = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");
/** WCAG 2.2 AA with all before it, and what axe calls good practice: one h1, landmarks, headings in order. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

interface Looking {
  /** The system's colours take the place of the page's: theirs is the contrast, too. */
  readonly forcedColors?: boolean;
}

/** Axe finds nothing on the page as it stands, and nothing sticks out of the window (WCAG 1.4.10). */
export async function expectAccessible(page: Page, { forcedColors = false }: Looking = {}): Promise<void> {
  // The page's policy holds for its own scripts; what a test evaluates is not one of them.
  await page.evaluate(AXE);
  const options: RunOptions = {
    runOnly: RULES,
    resultTypes: ["violations"],
    rules: { "color-contrast": { enabled: !forcedColors } },
  };
  const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(options)})`);
  expect(violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`)).toEqual([]);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
}

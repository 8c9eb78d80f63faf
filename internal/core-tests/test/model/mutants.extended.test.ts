import { expect, it } from "vitest";
import { inMemory } from "./in-memory.ts";
import { MUTANTS } from "./mutants.ts";
import { simulate } from "./simulate.ts";

const PATIENCE = 600;

it.for(Object.entries(MUTANTS))("finds %s", { timeout: 0 }, async ([, { distort, caughtAs, scenario }]) => {
  let found: string | undefined;
  for (let seed = 1; seed <= PATIENCE && found === undefined; seed++) {
    const { violation } = await simulate({ seed, open: inMemory, distort, scenario });
    if (violation && caughtAs.test(violation.message)) found = violation.message;
  }
  expect(found).toMatch(caughtAs);
});

it("plays a schedule the same way every time", async () => {
  const story = await play();
  expect(await play()).toEqual(story);
});

async function play(): Promise<readonly string[]> {
  const trace: string[] = [];
  for (let seed = 1; seed <= 5; seed++) await simulate({ seed, open: inMemory, trace });
  return trace.map((line) => line.replaceAll(/(run|open):[\w-]+/g, "$1"));
}

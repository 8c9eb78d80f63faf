import { bundleChildren } from "@countersign/test-run";
import { describe, expect, test } from "vitest";
import { storeCases } from "../src/store-suite/cases.ts";
import { openStoreEnv, type StoreCase } from "../src/store-suite/env.ts";
import { mutants } from "./store-mutants/all.ts";
import { harnessUrl } from "./store-mutants/harness.ts";

await bundleChildren(["../src/store-suite/process/child.ts", "./store-mutants/harness.ts"].map((file) => new URL(file, import.meta.url)));

const ids = storeCases.map(({ id }) => id);

/** Which mutants fail a case: the other way round than they are written down. */
const caughtBy = new Map(ids.map((id) => [id, mutants.filter(({ fails }) => fails.includes(id)).map(({ name }) => name)]));

async function play(tried: StoreCase, mutant: string): Promise<void> {
  await using env = await openStoreEnv(harnessUrl(mutant), tried);
  await tried.run(env);
}

test("every case has an id of its own, a title and the fault it guards against", () => {
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, title, guards } of storeCases) {
    expect(id).toMatch(/^store(\.[a-z0-9]+(-[a-z0-9]+)*){2}$/);
    expect([title, guards]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
  }
});

test("every case is failed by a mutant, and every mutant fails cases that there are", () => {
  expect([...caughtBy].filter(([, names]) => names.length === 0)).toEqual([]);
  expect(mutants.flatMap(({ fails }) => fails).filter((id) => !ids.includes(id))).toEqual([]);
  expect(mutants.filter(({ fails }) => fails.length === 0)).toEqual([]);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

describe("the honest store", { concurrent: true, timeout: 180_000 }, () => {
  test.for(storeCases)("keeps $id", (tried) => play(tried, ""));
});

const pairs = storeCases.flatMap((tried) => (caughtBy.get(tried.id) ?? []).map((mutant) => ({ tried, id: tried.id, mutant })));

describe("a broken store", { concurrent: true, timeout: 180_000 }, () => {
  test.for(pairs)("$mutant fails $id", async ({ tried, mutant }) => {
    // Races between processes need luck: a broken store may get by once.
    for (let attempt = 0; attempt < 3; attempt++) {
      const passed = await play(tried, mutant).then(
        () => true,
        () => false,
      );
      if (!passed) return;
    }
    expect.fail("it passed");
  });
});

// A suite that can't fail proves nothing: every case is failed by an adapter that is broken in a way that it guards against.
import { bundleChildren } from "@countersign/test-run";
import { afterAll, describe, expect, it } from "vitest";
import { adapterCases } from "../src/adapter-suite/catalogue.ts";
import { openCrews } from "../src/adapter-suite/process/crews.ts";
import { subjectAt } from "../src/run/harness-kind.ts";
import { runSuite } from "../src/run/run.ts";
import { CULPRITS } from "./adapter-mutants/culprits.ts";
import { FLAWS, type Flaw } from "./mini/flaw.ts";

const harnessOf = (flaw: Flaw): URL => new URL(`./adapter-mutants/${flaw}.harness.ts`, import.meta.url);
await bundleChildren([new URL("../src/adapter-suite/process/child.ts", import.meta.url), ...FLAWS.map(harnessOf)]);
const crews = openCrews(6);
afterAll(() => crews.close());

it("leave no case unproven", () => {
  const proven = new Set(Object.values(CULPRITS).flat());
  expect(adapterCases.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
});

describe("adapter mutants", { concurrent: true, timeout: 180_000 }, () => {
  it.for([...FLAWS])("%s is found", async (flaw, { expect: expectHere }) => {
    const subject = await subjectAt(harnessOf(flaw).href);
    const results = await runSuite(subject, { cases: CULPRITS[flaw], concurrency: 2, crews });
    expectHere(results.filter(({ status }) => status !== "failed").map(({ id }) => id)).toEqual([]);
    expectHere(results.length).toBeGreaterThan(0);
  });
});

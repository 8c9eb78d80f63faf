// A suite that can't fail proves nothing: every case is failed by an adapter that is broken in a way that it guards against.
import { describe, expect, it } from "vitest";
import { adapterCases } from "../src/adapter-suite/catalogue.ts";
import { subjectAt } from "../src/run/harness-kind.ts";
import { runSuite } from "../src/run/run.ts";
import { CULPRITS } from "./adapter-mutants/culprits.ts";
import { FLAWS } from "./mini/flaw.ts";

describe("adapter mutants", () => {
  it("leave no case unproven", () => {
    const proven = new Set(Object.values(CULPRITS).flat());
    expect(adapterCases.map(({ id }) => id).filter((id) => !proven.has(id))).toEqual([]);
  });

  it.each(FLAWS)("%s is found", { timeout: 180_000 }, async (flaw) => {
    const subject = await subjectAt(new URL(`./adapter-mutants/${flaw}.harness.ts`, import.meta.url).href);
    const results = await runSuite(subject, { ids: CULPRITS[flaw] });
    expect(results.filter(({ status }) => status !== "failed").map(({ id }) => id)).toEqual([]);
    expect(results.length).toBeGreaterThan(0);
  });
});

import { testDatabase } from "@countersign/test-run";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Bench, QUICK } from "../src/bench.ts";
import { chart } from "../src/chart.ts";
import { follow } from "../src/operations.ts";
import { operations } from "../src/operations/signing.ts";
import { COUNTERSIGN, DBOS } from "../src/peers/contestants.ts";
import { installPeers } from "../src/peers/install.ts";
import { signingBy } from "../src/peers/signing.ts";
import { peerRow } from "../src/rows/peers.ts";
import { postgresBench } from "../src/stores/postgres.ts";
import { table } from "../src/table.ts";
import { figureSchema } from "./figure.ts";

describe("a peer that can't be installed", () => {
  const row = peerRow(postgresBench(), { ...DBOS, mostTimes: 1, leastTimes: 1.3 });
  const bench = new Bench(
    QUICK,
    () => {},
    follow,
    async () => "there is no network",
  );

  test("is not measured, and the rows say why", async () => {
    const figures = await row.run(bench);
    for (const figure of figures) expect(figureSchema.parse(figure)).toMatchObject({ notMeasured: "there is no network" });
    expect(table(figures)).toContain("not measured: there is no network");
    expect(table(figures)).toMatch(/Every aim is met, and 2 more could not be measured\.\n$/);
  });

  test("has its aims in the chart, without bars", async () => {
    const svg = chart(await row.run(bench));
    expect(svg).toContain(">not measured</text>");
    expect(svg).toContain("decided to effect, beside DBOS: not measured, aim ≤ 1x.");
  });

  test("says so itself", async () => {
    vi.stubEnv("PATH", "");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await installPeers(() => {})).toContain("ENOENT");
  });
});

describe("a contestant", () => {
  const signing = (effects: string) =>
    signingBy({ name: "Faulty", url: new URL(`./faulty.contestant.ts?${effects}`, import.meta.url).href }, { url: "", connections: 1 });

  test("has one effect for each approval", async () => {
    const faultless = await signing("after=1");
    await faultless.approve(await faultless.pause());
    expect(await faultless.end()).toEqual(["who decides: closed after 1"]);
  });

  test.each([
    ["none", "after=0", "had 0 effects of one approval"],
    ["two", "after=2", "had 2 effects of one approval"],
  ])("that has %s of one approval is found out", async (_, effects, message) => {
    const faulty = await signing(effects);
    await expect(faulty.approve(await faulty.pause())).rejects.toThrow(message);
    await faulty.end().catch(() => {});
  });

  test("that has one more, which it didn't tell of, is found out in the end", async () => {
    const faulty = await signing("after=1&before=1");
    await faulty.approve(await faulty.pause());
    await expect(faulty.end()).rejects.toThrow("had 2 effects of 1 approvals");
  });
});

test("Countersign's runs pause in one process and are signed in another: one at a time, and many at once", async () => {
  const given = { url: await testDatabase(), beside: COUNTERSIGN, connections: 4 };
  const one = await follow(operations, given, { side: "subject", cold: 2, profile: 2 });
  expect(one.cold).toEqual([[sample, sample]]);
  expect(one.profile.flat().join("\n")).toMatch(/^who decides: store\.commit: 1\.0 calls[^]*^the agent: store\.commit: /m);
  const many = await follow(operations, { ...given, whole: { atOnce: 3, bulk: 6 } }, { side: "baseline", cold: 6 });
  expect(many.cold).toEqual([[sample]]);
});
const sample = { ms: expect.any(Number), cpu: expect.any(Number) };

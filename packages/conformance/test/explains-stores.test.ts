// What an author reads who has the package alone.
import { describe, expect, it } from "vitest";
import { openCrews } from "../src/adapter-suite/process/crews.ts";
import type { CaseResult } from "../src/contract/case.ts";
import { subjectAt } from "../src/run/harness-kind.ts";
import { runSuite } from "../src/run/run.ts";
import { CallLog } from "../src/store-suite/call-log.ts";
import { harnessUrl } from "./store-mutants/harness.ts";
import { referenceStore } from "./store-mutants/reference.ts";

async function tried(mutant: string, id: string, seed?: number): Promise<CaseResult> {
  const [result] = await runSuite(await subjectAt(harnessUrl(mutant)), { cases: [id], crews: openCrews(1), seed });
  if (result?.status !== "failed") throw new Error(`${id} was to fail, and is ${result?.status}`);
  return result;
}

describe("a failed case of a store", () => {
  it("tells what was asked and what came, how it differs, and its own lines", async () => {
    const { detail, explanation } = await tried("forgets-actors", "store.events.members");
    expect(detail).toBe('the events: [0].actor: got undefined, expected {id: "alice", kind: "person", name: "Alice", roles: ["finance"]}');
    for (const line of [
      "guards:      The hash of an event no longer fits it, and an honest trail looks forged.",
      "  1. commit event 1 of r1, event 2 of r1 → accepted",
      '  2. listEvents("default", undefined, 10) → {events: [{subject: "r1", seq: 1',
      "  store-suite/cases/events.ts:",
    ]) {
      expect(explanation).toContain(line);
    }
    expect(explanation).toMatch(/\nAgain: npx countersign-conformance .* --case store\.events\.members$/);
  });

  it("shows the records that it wrote, as they are now", async () => {
    const { explanation } = await tried("put-carries-counters", "store.commit.counters");
    expect(explanation).toMatch(/The records that it wrote, as they are now\n {2}thread pay-001: \{id: "pay-001"/);
  });
});

it.each([
  ["{}", "it has no `commit`, `now`, `getRequest`, `getThread`, `close`, `readThread`, "],
  ["undefined", "it is undefined."],
])("a harness that opens %s is told what to return", async (value, message) => {
  const code = `export default { durable: true, shared: true, open: async () => (${value}) };`;
  const subject = await subjectAt(`data:text/javascript,${encodeURIComponent(code)}`);
  const [result] = await runSuite(subject, { cases: ["store.commit.writes"], crews: openCrews(1) });
  expect(result?.detail).toContain(`gave something that is no store: ${message}`);
  expect(result?.detail).toMatch(/Return the store that your package makes\.$/);
});

it("shows what the processes of a case printed", async () => {
  const harness = new URL("./explains/prints.harness.ts", import.meta.url);
  const [result] = await runSuite(await subjectAt(harness.href), { cases: ["store.shared.atomic"], crews: openCrews(1) });
  expect(result?.explanation).toMatch(/What process \d of the case printed\n {2}the store opens its file\n/);
});

it("says of what error a process of a case died", async () => {
  const harness = new URL("./explains/opens-once.harness.ts", import.meta.url);
  const [result] = await runSuite(await subjectAt(harness.href), { cases: ["store.shared.atomic"], crews: openCrews(1) });
  expect(result?.detail).toMatch(
    /ended with exit code 1: HarnessError: open\(\) of .* threw Error: the file is locked .*\(caused by Error: EAGAIN\)/,
  );
});

it("a call that is never answered is told of", async () => {
  const log = new CallLog();
  const store = log.watched(referenceStore(":memory:"));
  const silent = log.watched({ ...store, now: () => new Promise<number>(() => {}) });
  void silent.now();
  const [section] = await log.sections();
  expect(section?.lines).toEqual(["1. [store 2] now() → no answer so far"]);
});

it("a store that is frozen, or answers a commit with nothing, is told of as any other", async () => {
  const log = new CallLog();
  const store = log.watched(
    Object.freeze({ ...referenceStore(":memory:"), commit: (): Promise<never> => Promise.resolve(undefined as never) }),
  );
  expect(await store.commit({ tenant: "default", changes: [], events: [] })).toBeUndefined();
  const [section] = await log.sections();
  expect(section?.lines).toEqual(["1. commit nothing → undefined"]);
});

it("calls that came the same each time are one line", async () => {
  const log = new CallLog();
  const store = log.watched(referenceStore(":memory:"));
  const { position } = await store.listEvents("default", undefined, 10);
  for (let n = 0; n < 40; n++) await store.listEvents("default", position, 10);
  await store.getThread("default", "none");
  const [section] = await log.sections();
  expect(section?.heading).toBe("What the case asked, and what came");
  expect(section?.lines.slice(1)).toEqual([
    `2 to 41. 40 × listEvents("default", ${JSON.stringify(position)}, 10) → nothing new`,
    '42. getThread("default", "none") → undefined',
  ]);
});

describe("a failed case of the model", () => {
  it("prints the smallest schedule in words, both answers and the seed", async () => {
    const { explanation } = await tried("put-carries-counters", "store.model.steps", 4_711);
    const [, schedule = ""] = /^(The smallest schedule .*?)\n\n/ms.exec(explanation ?? "") ?? [];
    expect(schedule).toMatch(/ of seed 4711, /);
    expect(schedule.match(/^ {2}\d+\. /gm)?.length).toBeLessThan(4);
    expect(schedule).toMatch(/^ {2}1\. commit insert (grant|thread) \S+ .*\n {5}both: accepted$/m);
    expect(schedule).toMatch(/^ {2}\d+\. read everything$/m);
    expect(schedule).toMatch(/^ {5}the store: .*\n {5}the model: /m);
    expect(explanation).toMatch(/--case store\.model\.steps --seed 4711$/);
  });

  it("names the batches at once, and the answers that there may be", async () => {
    const { explanation } = await tried("judges-then-waits", "store.model.at-once");
    expect(explanation).toMatch(/the store: "?(.*accepted|.*refused)/);
    expect(explanation).toContain("the model: ");
  });
});

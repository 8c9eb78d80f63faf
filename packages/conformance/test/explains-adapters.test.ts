// What an author reads who has the package alone.
import { fork } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { assertUses } from "../src/adapter-suite/cases/remembering.ts";
import { command } from "../src/adapter-suite/process/command.ts";
import { openCrews } from "../src/adapter-suite/process/crews.ts";
import type { CaseResult } from "../src/contract/case.ts";
import { subjectAt } from "../src/run/harness-kind.ts";
import { runSuite } from "../src/run/run.ts";

const crews = openCrews(3);
afterAll(() => crews.close());

const urlOf = (harness: string): string => new URL(`./explains/${harness}.harness.ts`, import.meta.url).href;

async function tried(harness: string, id = "once.approve", store?: string): Promise<CaseResult> {
  const subject = await subjectAt(urlOf(harness));
  const [result] = await runSuite(subject, { cases: [id], crews, store: store === undefined ? undefined : urlOf(store) });
  if (result?.status !== "failed") throw new Error(`${id} was to fail, and is ${result?.status}`);
  return result;
}

describe("a failed case of an adapter", { concurrent: true }, () => {
  it("tells the run, the records, what was printed, its own lines and how to try it again", async ({ expect: expectHere }) => {
    const { detail, explanation } = await tried("talks");
    expectHere(detail).toBe("the payments that were made are not those that were signed");
    for (const line of [
      "must be so:  Approve executes exactly the proposed arguments, once; start, decision and resume happen in different processes.",
      "guards:      What was signed is lost, changed or done twice between two processes.",
      'got 2 entries, expected 1; the first that differs is number 2: got {amount: 4200, to: "Acme Corp"}, expected none',
      '  1. call_0: pay {amount: 4200, to: "Acme Corp"}',
      '  1. start thread-1 with "go", for bob [process 1]',
      "       → suspended: 1 call waits",
      '       waits: pay {amount: 4200, to: "Acme Corp"} (request ',
      "  3. resume thread-1 [process 3]",
      "       model requests: 1; the last one showed the model",
      '         call call_0: pay {amount: 4200, to: "Acme Corp"}',
      '         result of call_0: "paid 4200 to Acme Corp"',
      '       effect: pay {amount: 4200, to: "Acme Corp"} (key ',
      "         the framework says hello",
      "         the framework complains",
      '  pay {amount: 4200, to: "Acme Corp"}: status approved, execution done; call call_0 of turn ',
      "asked by bob, approved by alice, claimed by countersign, done by countersign",
      "  adapter-suite/cases/once.ts:",
      "|       assertPaid(stage, LARGE);",
    ]) {
      expectHere(explanation).toContain(line);
    }
    expectHere(explanation).toMatch(/^ {2}> \d+ \| +assertPaid\(stage, LARGE\);$/m);
    expectHere(explanation).toMatch(/\nAgain: npx countersign-conformance \S*talks\.harness\.ts --case once\.approve$/);
  });

  it("on a store that fails to close tells of both, and of the case first", async ({ expect: expectHere }) => {
    const { detail, explanation = "" } = await tried("talks", "once.approve", "closes-badly");
    expectHere(detail).not.toBe("");
    const [differed, atClose] = [explanation.indexOf(`differed:    ${detail}`), explanation.indexOf("What was wrong at close, after that")];
    expectHere(differed).toBeGreaterThan(0);
    expectHere(atClose).toBeGreaterThan(differed);
    expectHere(explanation.slice(atClose)).toContain("Error: the socket is gone");
    expectHere(explanation).not.toContain("SuppressedError");
  });

  it("says what the harness threw, and where", async ({ expect: expectHere }) => {
    const { detail, explanation } = await tried("refuses");
    expectHere(detail).toMatch(/open\(\) of \S*refuses\.harness\.ts threw Error: MODEL_KEY is not set/);
    expectHere(explanation).toMatch(/at .*open .*refuses\.harness\.ts:\d+/);
  });

  it("says that a process ended by itself, and what it printed", async ({ expect: expectHere }) => {
    const { detail, explanation } = await tried("ends");
    expectHere(detail).toContain("ended by itself with exit code 3 during start: the harness or the adapter called process.exit");
    expectHere(explanation).toContain("no license found");
  });

  it("says of what error a process died", async ({ expect: expectHere }) => {
    const { detail } = await tried("rejects");
    expectHere(detail).toContain(
      "The process died during start of an error that was not caught: TypeError: the queue is gone (caused by Error: connection refused)",
    );
  });

  it("says that the harness could not tell what the model was shown", async ({ expect: expectHere }) => {
    const { explanation } = await tried("blind");
    expectHere(explanation).toContain("the harness's transcript() threw: Error: no such conversation");
  });

  it("names the line where the suite's own words are missing", async ({ expect: expectHere }) => {
    const { detail } = await tried("talks", "values.null-result");
    expectHere(detail).toMatch(/^got 2, expected 1, in `assert\.equal\(.*\);`$/);
  });
});

it("the uses of a grant: which calls took them, and why there are two of one call", async () => {
  const signed = (turnId: string) => ({ callId: "b", turnId, grantId: "g" });
  const stage = { gate: { grants: async () => [{ id: "g", uses: 8 }], list: async () => ({ items: [signed("t1"), signed("t2")] }) } };
  await expect(assertUses(stage as never, 9)).rejects.toThrow(
    "the grant has 8 uses left, and 9 were expected; it signed call b of turn t1 and call b of turn t2. " +
      "It is one call under two turn ids: save the turn before you ask about it.",
  );
});

it("a process that hangs is ended, and the answer says during what", async () => {
  const child = fork(new URL("./explains/hangs.ts", import.meta.url), [], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  const crew = { child, busy: true, orders: 0, printed: { out: "", err: "" } };
  const place = { caseId: "once.approve", variant: "", dir: "", harness: "", store: undefined };
  const answer = await command(crew, { place, step: { do: "resume", threadId: "thread-1" } }, 200);
  expect(answer).toMatchObject({ status: "error", message: expect.stringMatching(/did not answer resume within 0\.2 s, and was ended/) });
});

// Agents that ask, each in a process of its own, and the store that all of them use.
import { createGate, type ApprovalRequest, type Gate } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { sqliteStore } from "@countersign/sqlite";
import { afterAll, beforeAll, expect, it } from "vitest";
import { GUTTER } from "../../src/gutter.ts";
import { databaseFolder, Person, type PersonOptions } from "./person.ts";
import { policy, type Call } from "./policy.ts";

export const ENTER = "\r";
export const MENU = "Enter = leave it pending";
export const SIGN = "Sign this? y = yes, Enter = no";

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Agents {
  readonly gate: () => Gate;
  /** A call that nobody else makes. */
  call(tool?: string, args?: Call["args"]): Call;
  /** An agent that makes these calls, and a person in front of it. It is ended with the tests. */
  asked(calls: readonly Call[], options?: PersonOptions): Person;
  requestOf(call: Call): Promise<ApprovalRequest>;
  statusOf(call: Call): Promise<ApprovalRequest["status"]>;
}

export function agents(): Agents {
  const folder = databaseFolder();
  let store: StorePort;
  let gate: Gate;
  const people: Person[] = [];
  beforeAll(() => {
    store = sqliteStore(folder.file);
    gate = createGate({ policy, store });
  });
  afterAll(async () => {
    for (const person of people) person.kill();
    await store.close();
    folder.remove();
  });

  let count = 0;
  const requestOf = async ({ key }: Call) => (await gate.list({ threadId: key })).items[0] ?? expect.unreachable();
  return {
    gate: () => gate,
    call: (tool = "pay", args = { recipient: "Acme Corp", amount: 4_200 }) => ({ key: `call-${++count}`, tool, args }),
    asked(calls, options) {
      const person = new Person(folder.file, calls, options);
      people.push(person);
      return person;
    },
    requestOf,
    statusOf: async (call) => (await requestOf(call)).status,
  };
}

/** As long as a screen, and made of what a request looks like. */
const fake = (columns: number, rows: number): string =>
  [...Array.from({ length: rows }, () => ""), "FAKE       request", "tool       │ send_payment FAKE", "│ amount: 12 FAKE", `${SIGN} FAKE`]
    .map((line) => line.padEnd(columns))
    .join("");

/** A test: nothing of a long value stands where only the program writes. */
export function hasTheGutter({ asked, call }: Agents, columns: number, rows: number): void {
  it(`has the gutter on every row of a screen of ${columns}x${rows}, also after a resize`, async () => {
    const reference = `FAKE${"x".repeat(columns)}${fake(columns, rows)}${fake(20, 40)}`;
    const lines = Array.from({ length: 30 }, (_, n) => `FAKE ${n} ${"y".repeat(n * 3)}`).join("\n");
    const person = asked([call("pay", { FAKE: 1, reference, lines, last: "FAKE" })], { columns, rows, env: { NO_COLOR: "1" } });
    const look = async (): Promise<void> => {
      const shown = await person.rows();
      expect(shown.join("\n")).toContain("signing as");
      for (const row of shown.filter((one) => one.includes("FAKE"))) expect(row).toMatch(/^[a-z ]*│/);
      for (const row of shown.filter((one) => one.includes(GUTTER))) expect(row.slice(0, row.indexOf(GUTTER))).toMatch(/^[a-zA-Z ]*$/);
    };
    await person.until("signing as");
    await pause(300);
    await look();
    person.resize(columns === 20 ? 100 : 20, 30);
    await pause(600);
    await look();
    person.kill();
  });
}

/** One process serves several tries. */
const TRIES = 10;

/** A test: keys that nobody could have meant. @param index of how many there are */
export function signNothing({ asked, call, statusOf }: Agents, index: number): void {
  it(`typed ahead or within 300 ms sign nothing (${index})`, async () => {
    const calls = Array.from({ length: TRIES }, () => call());
    const person = asked([...calls, call()]);
    // Before anything is drawn, as in `approve <id>`, Enter, y.
    person.type("y");
    let tried = 0;
    for (const each of calls) {
      await person.until(MENU);
      const [first = 0, second = 0] = [Math.random() * 250, Math.random() * 250].toSorted((a, b) => a - b);
      await pause(first);
      const from = performance.now();
      person.type("a");
      await pause(second - first);
      person.type("y");
      // On a busy machine the pause may have been longer than a person needs to read.
      const isTry = performance.now() - from < 300;
      await pause(450 - second);
      const status = await statusOf(each);
      if (isTry) expect(status).toBe("pending");
      if (isTry) tried++;
      if (status === "pending") await person.answers(ENTER, "Left pending.");
      // Ahead of the next question.
      person.type("a");
      await pause(Math.random() * 40);
      person.type("y");
    }
    expect(tried).toBeGreaterThan(TRIES / 2);
    person.kill();
  });
}

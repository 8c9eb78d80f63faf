// Somebody shows, approves and rejects: the built command on a pseudo-terminal.
import { edit } from "@countersign/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";
import type { PseudoTerminal } from "./support/pseudo-terminal.ts";

const ESCAPE = "\u001b";
const ENTER = "\r";
const CTRL_C = "\u0003";
const GRACE = { id: "grace", roles: ["finance"] };
/** What is typed sooner after a question wasn't meant for it. */
const GUARD = 400;
const SIGN = "Sign this? y = yes, Enter = no";

let office: Office;
beforeAll(async () => {
  await bundleCommand();
  office = await officeOn("sqlite");
});
afterAll(() => office.close());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const statusOf = async (id: string) => (await office.gate.get(id))?.status;
const demand = async (id: string) => (await office.gate.get(id)) ?? expect.unreachable();

/** Waits for the question, and answers it when keys count. */
async function answer(terminal: PseudoTerminal, question: string, ...keys: readonly string[]): Promise<string> {
  const shown = await terminal.until(question);
  for (const key of keys) {
    await sleep(GUARD);
    terminal.type(key);
  }
  return shown;
}

describe.concurrent("approve", () => {
  it("shows everything, and signs after a yes what was shown", async () => {
    const { id, proposal } = await office.asked();
    const terminal = office.terminal(["approve", id]);
    const shown = await answer(terminal, SIGN, "y");
    for (const part of [id, "send_payment", "over $1,000", "bob", "│ amount: 4200", '│ recipient: "Acme Corp"', proposal.digest])
      expect(shown).toContain(part);
    expect(shown).toContain("signing as │ fiona (finance)");
    await terminal.until(`approved ${id}`);
    expect(await terminal.ended()).toBe(0);
    const [signed] = (await demand(id)).decisions;
    expect(signed).toMatchObject({ by: { id: "fiona", roles: ["finance"] }, digest: proposal.digest, via: "cli" });
  });

  it("signs nothing on Enter, Escape and Ctrl-C", async () => {
    const { id } = await office.asked();
    for (const [key, code] of [
      [ENTER, 1],
      [ESCAPE, 1],
      [CTRL_C, 130],
    ] as const) {
      const terminal = office.terminal(["approve", id]);
      await answer(terminal, SIGN, key);
      expect(await terminal.ended()).toBe(code);
    }
    expect(await statusOf(id)).toBe("pending");
  });

  it("signs nothing that was typed with the command: approve <id>, Enter, y", async () => {
    const { id } = await office.asked();
    for (const keys of ["y", `y${ENTER}`, "yyyyyy"]) {
      const terminal = office.terminal(["approve", id]);
      terminal.type(keys);
      await terminal.until(SIGN);
      await sleep(GUARD + 300);
      expect(await statusOf(id)).toBe("pending");
      terminal.type(CTRL_C);
      expect(await terminal.ended()).toBe(130);
    }
    expect(await statusOf(id)).toBe("pending");
  });

  it("asks for what has to be confirmed, and signs with it alone", async () => {
    const { id } = await office.asked("checked");
    const terminal = office.terminal(["approve", id]);
    const question = "To sign, type what stands at args.amount.";
    await answer(terminal, question, "4201", ENTER);
    await answer(terminal, SIGN, "y");
    expect(await answer(terminal, question, "4200", ENTER)).toContain("Nothing was signed yet");
    await answer(terminal, SIGN, "y");
    await terminal.until(`approved ${id}`);
    expect(await terminal.ended()).toBe(0);
    const { id: other } = await office.asked("checked");
    const silent = office.terminal(["approve", other]);
    await answer(silent, question, ENTER);
    await silent.until("Left pending");
    expect([await silent.ended(), await statusOf(other)]).toEqual([1, "pending"]);
  });

  it("shows what hides: nothing of the arguments, names or reasons acts on the terminal", async () => {
    const hidden = "Acme\u202eproC \u200b\u001b[2J\u0007\u009b31m";
    const { id } = await office.asked("free_text", { to: hidden, [hidden]: 1 }, { threadId: `t-${hidden}`, requestedBy: hidden });
    const terminal = office.terminal(["approve", id], { columns: 200 });
    expect(await answer(terminal, SIGN, CTRL_C)).toContain("Acme\\u{202e}proC \\u{200b}\\u{1b}[2J\\u{7}\\u{9b}31m");
    for (const character of ["\u202e", "\u200b", "\u0007", "\u009b", `${ESCAPE}[2J`]) expect(terminal.raw).not.toContain(character);
    await terminal.ended();
  });

  it("shows long arguments to their end, and says how much has scrolled away", async () => {
    const { id } = await office.asked("free_text", { text: `${"x".repeat(20_000)}END`, list: Array.from({ length: 500 }, (_, n) => n) });
    const terminal = office.terminal(["approve", id]);
    const shown = await answer(terminal, SIGN, CTRL_C);
    expect(shown.replaceAll(/\n│↳/g, "")).toContain("xEND");
    expect(shown).toContain("│   500: 499");
    expect(shown).toMatch(/Arguments: \d+ rows, \d+ of them above this screen/);
    await terminal.ended();
  });

  it("says at once that somebody else was first, and tells whoever comes later before asking anything", async () => {
    const { id } = await office.asked();
    const second = office.terminal(["approve", id], { env: { COUNTERSIGN_AS: "frank" } });
    await second.until(SIGN);
    await office.gate.decide(await demand(id), { type: "reject" }, { by: GRACE });
    await second.until("already rejected by grace");
    expect(await second.ended()).toBe(3);
    const third = office.terminal(["approve", id]);
    expect(await third.ended()).toBe(3);
    expect(third.text).not.toContain("Sign this?");
  });

  it("asks anew about arguments that somebody has changed meanwhile", async () => {
    const { id } = await office.asked("paired", { recipient: "Acme Corp", amount: 4_200 });
    const terminal = office.terminal(["approve", id]);
    await terminal.until(SIGN);
    const changed = await office.gate.decide(await demand(id), edit({ recipient: "Acme Corp", amount: 3_900 }), { by: GRACE });
    expect(await answer(terminal, SIGN, "y")).toContain("The arguments were changed while you looked.");
    expect(await terminal.ended()).toBe(0);
    expect((await demand(id)).decisions.at(-1)).toMatchObject({ by: { id: "fiona" }, digest: changed.proposal.digest });
  });

  it("shows it to whoever may not sign, says why, and doesn't ask", async () => {
    const { id } = await office.asked();
    const terminal = office.terminal(["approve", id], { env: { COUNTERSIGN_AS: "mallory", COUNTERSIGN_ROLES: "sales" } });
    expect(await terminal.ended()).toBe(3);
    expect(terminal.text).toContain("│ amount: 4200");
    expect(terminal.text).toContain("finance");
    expect(terminal.text).not.toContain("Sign this?");
  });

  it("leaves the request pending when the terminal is closed", async () => {
    const { id } = await office.asked();
    const terminal = office.terminal(["approve", id]);
    await terminal.until(SIGN);
    terminal.kill("SIGHUP");
    expect(await terminal.ended()).not.toBe(0);
    expect(await statusOf(id)).toBe("pending");
  });
});

describe.concurrent("reject", () => {
  it("asks why, and tells the model", async () => {
    const { id } = await office.asked();
    const terminal = office.terminal(["reject", id, "--then", "revise"]);
    await answer(terminal, "Why? The model is told.", "Paid in May", ENTER);
    expect(await answer(terminal, "Reject this?", "y")).toContain("revise");
    expect(await terminal.ended()).toBe(0);
    expect((await demand(id)).decisions[0]?.decision).toEqual({ type: "reject", message: "Paid in May", then: "revise" });
  });
});

describe.concurrent("show", () => {
  it("draws the request at the terminal's width, and in a pipe at 80 columns", async () => {
    const { id } = await office.asked("free_text", { text: "y".repeat(300) });
    const narrow = office.terminal(["show", id], { columns: 30, env: { NO_COLOR: "1" } });
    expect(await narrow.ended()).toBe(0);
    expect(narrow.text).toMatch(/^tool\n│ free_text$/m);
    for (const row of narrow.text.split("\n").filter((one) => one.includes("y".repeat(9)))) expect(row).toMatch(/^│.{1,28}$/);
    const { stdout } = await office.run(["show", id]);
    for (const row of stdout.trimEnd().split("\n")) expect(row.length).toBeLessThan(80);
    expect(stdout).not.toContain(ESCAPE);
  });
});

// Somebody edits a proposal in their own editor: the built command on a pseudo-terminal, and editors that are scripts.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { edit, reject } from "@countersign/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { officeOn, type Office } from "./support/office.ts";
import type { PseudoTerminal } from "./support/pseudo-terminal.ts";

const ENTER = "\r";
const CTRL_C = "\u0003";
/** What is typed sooner after a question wasn't meant for it. */
const GUARD = 400;
const SIGN = "Sign this? y = yes";
const AGAIN = "Enter = edit again";

let office: Office;
beforeAll(async () => {
  await bundleCommand();
  office = await officeOn("sqlite");
});
afterAll(() => office.close());

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const statusOf = async (id: string) => (await office.gate.get(id))?.status;
const edits = (id: string, editor: string, env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) =>
  office.terminal(["edit", id, ...args], { env: { VISUAL: editor, ...env } });
const folder = () => join(office.home, ".local/state/countersign/edits");
const kept = (id: string) => (existsSync(folder()) ? readdirSync(folder()).filter((name) => name.startsWith(id)) : []);
const keptText = (id: string) => readFileSync(join(folder(), kept(id)[0] ?? expect.unreachable()), "utf8");

/** Waits for the question, and answers it when keys count. */
async function answer(terminal: PseudoTerminal, question: string, ...keys: readonly string[]): Promise<string> {
  const shown = await terminal.until(question);
  for (const key of keys) await press(terminal, key);
  return shown;
}

/** On a busy machine the question opens later: a key that did nothing is pressed again. */
async function press(terminal: PseudoTerminal, key: string): Promise<void> {
  for (let tries = 0; tries < 5; tries++) {
    await sleep(GUARD);
    const { length } = terminal.raw;
    terminal.type(key);
    for (let waited = 0; waited < 2_000; waited += 20) {
      await sleep(20);
      if (terminal.raw.length > length) return;
    }
  }
}

describe.concurrent("edit", () => {
  it("opens YAML, shows the difference behind the gutter, and signs what was written", async () => {
    const { id } = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    const copy = join(office.home, "draft.yaml");
    const terminal = edits(id, office.editing(`writeFileSync(${JSON.stringify(copy)}, text); save(text.replace("4200", "4000"));`));
    const shown = await answer(terminal, SIGN, "y");
    expect(shown).toContain("│ amount");
    expect(shown).toMatch(/│ +proposed: 4200/);
    expect(shown).toMatch(/│ +yours: 4000/);
    expect(await terminal.ended()).toBe(0);
    expect(await office.gate.get(id)).toMatchObject({ status: "approved", approvedArgs: { recipient: "Acme Corp", amount: 4_000 } });
    expect(readFileSync(copy, "utf8")).toContain(`
# Who gets the money.
recipient: Acme Corp
# number; at most 10000
amount: 4200
# text; optional
# memo: …
`);
    expect(kept(id)).toEqual([]);
  });

  it("asks about the edit, and warns of what stands in it", async () => {
    const paid = await office.asked("invoice", { amount: 77, recipient: "Acme Corp" });
    await office.gate.decide(paid, { type: "approve" }, { by: { id: "grace", roles: ["finance"] } });
    const { id } = await office.asked("invoice", { amount: 4_300, recipient: "Acme Corp" });
    const terminal = edits(id, office.editing(`save(text.replace("4300", "77"));`));
    const question = (await answer(terminal, SIGN, "n")).split(/—+/).at(-1) ?? "";
    expect(question).toMatch(/title +│ .*77/);
    expect(question).not.toContain("4300");
    expect(question).toContain("The same call was approved by grace");
    expect(await terminal.ended()).toBe(1);
  });

  it("leaves the request pending if nothing was changed, or everything was deleted", async () => {
    const { id } = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    for (const [work, said] of [
      ["", "Nothing was changed. If your editor has a window of its own, tell it to wait"],
      ['save("");', "There are no arguments left, so nothing was changed."],
      ['save(text.replace(/^(?!#).*$/gm, ""));', "There are no arguments left"],
      ['save(text.replace("4200", "4.2e3"));', "These arguments are the ones that are proposed"],
      ["rmSync(file);", "The editor has removed the file"],
    ] as const) {
      // prettier-ignore
      const terminal = edits(id, office.editing(work));
      await terminal.until(said);
      expect(await terminal.ended()).toBe(1);
      expect(kept(id)).toEqual([]);
    }
    expect(await statusOf(id)).toBe("pending");
  });

  it("keeps what was written when no is said, and goes on with it the next time", async () => {
    const { id } = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    const first = edits(id, office.editor("4000"));
    await answer(first, SIGN, ENTER);
    expect(await first.ended()).toBe(1);
    expect(first.text.replaceAll(/\s/g, "")).toContain(`Yourtextiskeptin${folder()}/${id}`);
    expect(keptText(id)).toContain("amount: 4000");
    expect(statSync(join(folder(), kept(id)[0] ?? "")).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);

    const second = edits(id, office.editing('if (!text.includes("amount: 4000")) process.exit(1);'));
    await answer(second, "Enter = go on with it", ENTER);
    await answer(second, SIGN, "y");
    expect(await second.ended()).toBe(0);
    expect((await office.gate.get(id))?.approvedArgs).toMatchObject({ amount: 4_000 });
    expect(kept(id)).toEqual([]);
  });

  it("offers what was kept also if the process died; it can be begun anew", async () => {
    const { id } = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    const died = edits(id, office.editing('save(text.replace("4200", "4100")); console.log("WRITTEN"); await sleep(60_000);'));
    await died.until("WRITTEN");
    died.kill();
    await died.ended();
    const anew = edits(id, office.editing('save(text.replace("4200", "4050"));'));
    await answer(anew, "Enter = go on with it", "n", ENTER);
    expect(await answer(anew, SIGN, "y")).toMatch(/yours: 4050/);
    expect(await anew.ended()).toBe(0);
    expect(kept(id)).toEqual([]);
  });

  it("opens an invalid text again, with what is wrong beside it", async () => {
    const { id } = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    const editor = office.editing(`
      if (/^#✗/m.test(text)) save(text.replace(/^#✗ Expected number.*\\namount: lots$/m, "amount: 99"));
      else save(text.replace("4200", "lots"));`);
    const terminal = edits(id, editor);
    expect(await answer(terminal, AGAIN, ENTER)).toMatch(/│ Line \d+, amount: Expected number, received string/);
    expect(await answer(terminal, SIGN, "y")).toMatch(/yours: 99/);
    expect(await terminal.ended()).toBe(0);
    expect((await office.gate.get(id))?.approvedArgs).toEqual({ recipient: "Acme Corp", amount: 99 });
  });

  it("keeps an invalid text as it was written when it is given up", async () => {
    const { id } = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    const terminal = edits(id, office.editing('save(text.replace("4200", "[1, 2"));'));
    await answer(terminal, AGAIN, ENTER);
    await answer(terminal, AGAIN, "q", ENTER);
    expect(await terminal.ended()).toBe(1);
    expect(terminal.text).toContain("Left pending. Your text is kept in");
    expect(keptText(id)).toContain("amount: [1, 2");
    expect(keptText(id)).not.toMatch(/^#✗/m);
  });

  it("asks about fields that the tool doesn't know", async () => {
    const { id } = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    const editor = office.editing('save(text.replace("# memo: …", "mmeo: May").replace("amount: 4200", "amount: 1"));');
    const first = edits(id, editor);
    expect(await answer(first, AGAIN, "q", ENTER)).toContain("The tool has no field mmeo. Did you mean memo?");
    expect(await first.ended()).toBe(1);
    const second = edits(id, office.editing(""));
    await answer(second, "Enter = go on with it", ENTER);
    await answer(second, "m = it is meant", "m", ENTER);
    await answer(second, SIGN, "y");
    expect(await second.ended()).toBe(0);
    expect((await office.gate.get(id))?.approvedArgs).toMatchObject({ mmeo: "May" });
  });

  it("shows masked arguments as masks, and leaves behind them what was there", async () => {
    const iban = "DE89370400440532013000";
    const { id } = await office.asked("transfer", { iban, amount: 4_200 });
    const terminal = edits(id, office.editor("4000"));
    expect(await answer(terminal, SIGN, "y")).toContain("hidden values included");
    expect(await terminal.ended()).toBe(0);
    expect(terminal.raw).not.toContain(iban);
    expect((await office.store.getRequest("default", id))?.proposal.args).toEqual({ iban, amount: 4_000 });
  });

  it("keeps every text that wasn't touched", async () => {
    const args = { recipient: "A\u202eB", amount: 4_200, memo: "no", body: "Dear all,\r\n\n  1.0\t\n\n" };
    const { id } = await office.asked("invoice", args);
    const terminal = edits(id, office.editor("4000"));
    await answer(terminal, SIGN, "y");
    expect(await terminal.ended()).toBe(0);
    expect((await office.gate.get(id))?.proposal.args).toEqual({ ...args, amount: 4_000 });
  });

  it("asks for what has to be confirmed: of the edit", async () => {
    const { id } = await office.asked("checked", { recipient: "Acme Corp", amount: 4_200 });
    const terminal = edits(id, office.editor("4000"));
    await answer(terminal, "type what stands at args.amount", "4", "0", "0", "0", ENTER);
    await answer(terminal, SIGN, "y");
    expect(await terminal.ended()).toBe(0);
    expect(await statusOf(id)).toBe("approved");
  });

  it("can't begin without a schema", async () => {
    const { id } = await office.asked("free_text", { text: "x" });
    const terminal = edits(id, office.editor("1"));
    expect(await terminal.ended()).toBe(3);
    expect(terminal.text).toContain("schema");
  });
});

/** Runs the work while the editor is open. */
async function whileOpen(id: string, work: () => Promise<unknown>): Promise<PseudoTerminal> {
  const closed = join(office.home, `closed-${id}`);
  const terminal = edits(
    id,
    office.editing(
      `save(text.replace("4200", "4000")); console.log("OPEN"); while (!existsSync(${JSON.stringify(closed)})) await sleep(20);`,
    ),
  );
  await terminal.until("OPEN");
  await work();
  writeFileSync(closed, "");
  return terminal;
}

describe.concurrent("while the editor is open", () => {
  it("may be decided by somebody else: that is said, and the text is kept", async () => {
    const request = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    const terminal = await whileOpen(request.id, () =>
      office.gate.decide(request, reject("no"), { by: { id: "grace", roles: ["finance"] } }),
    );
    await terminal.until("already rejected by grace");
    expect(await terminal.ended()).toBe(3);
    expect(terminal.text).toContain("Your text is kept in");
    expect(keptText(request.id)).toContain("amount: 4000");
  });

  it("may be edited by somebody else: all three are shown, and it is decided anew", async () => {
    const request = await office.asked("paired", { amount: 4_200, recipient: "Acme Corp" });
    const grace = { id: "grace", roles: ["finance"] };
    const terminal = await whileOpen(request.id, () =>
      office.gate.decide(request, edit({ ...request.args, amount: 3_000 }), { by: grace }),
    );
    await terminal.until("The arguments were changed while you looked.");
    await press(terminal, "y");
    expect(await terminal.ended()).toBe(0);
    expect(terminal.text).toMatch(/the model's: 4200[^]*proposed: 3000[^]*yours: 4000/);
    expect(await office.gate.get(request.id)).toMatchObject({
      status: "pending",
      proposal: { args: { amount: 4_000 }, by: { id: "fiona" } },
    });
    expect(kept(request.id)).toEqual([]);
  });

  it("may be cancelled", async () => {
    const { id } = await office.asked("invoice", { amount: 4_200, recipient: "Acme Corp" });
    const terminal = await whileOpen(id, () => office.gate.cancel(id, { by: { id: "bob" }, reason: "paid" }));
    expect(await terminal.ended()).toBe(3);
    expect(keptText(id)).toContain("amount: 4000");
  });

  it("may be frozen: that is said before anything is signed", async () => {
    const { id } = await office.asked("send_payment", { amount: 4_200, recipient: "Acme Corp" });
    const stop = { by: { id: "olga" }, reason: "wrong bank details" };
    const terminal = await whileOpen(id, () => office.gate.freeze({ tool: "send_payment" }, stop));
    expect(await terminal.until("A freeze began")).toBeDefined();
    terminal.type(CTRL_C);
    expect(await terminal.ended()).toBe(130);
    expect(keptText(id)).toContain("amount: 4000");
  });
});

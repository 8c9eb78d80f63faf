// The inbox with a person in front of it: the built command on a pseudo-terminal.
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { it } from "./support/in-an-office.ts";
import type { Office } from "./support/office.ts";
import { Person } from "./support/person.ts";

await bundleCommand();

const ESCAPE = "\u001b";
const ENTER = "\r";
const CTRL_C = "\u0003";
/** What gives the terminal back: pasting as before, the cursor, the page that was there. */
const LEFT = `${ESCAPE}[?2004l${ESCAPE}[?25h${ESCAPE}[?1049l`;

const opened = (office: Office, columns = 100, rows = 24, env: Readonly<Record<string, string>> = {}): Person =>
  new Person(office.terminal(["inbox"], { columns, rows, env }), columns, rows);
const pay = (office: Office, recipient: string, amount = 2_000) => office.asked("send_payment", { recipient, amount });
const stored = (office: Office, id: string) => office.gate.get(id);

describe.concurrent("the inbox", () => {
  it("looks, approves what was looked at, and keeps the row until somebody moves", async ({ office }) => {
    const first = await pay(office, "First", 2_001);
    const second = await pay(office, "Second", 2_002);
    await office.asked("wire", { amount: 1 }, { requestedBy: "fiona" });
    const person = opened(office);
    const screen = await person.sees("1 of 2");
    expect(screen).toMatch(/^default in .*countersign\.db .*fiona \(finance\)$/m);
    expect(screen).not.toContain("wire");

    await person.presses("j", ENTER);
    expect(await person.sees("digest")).toContain(second.proposal.digest);
    await person.presses("a");
    await person.terminal.until("signing as");
    await person.presses("y");
    await person.sees(/^> {2}approved by +│ fiona.*Second/m);
    expect(await stored(office, second.id)).toMatchObject({
      status: "approved",
      decisions: [{ by: { id: "fiona" }, digest: second.proposal.digest }],
    });

    await person.presses("a");
    await person.sees("can't be decided any more");
    await person.presses("k");
    expect(await person.sees(/^> .*First/m)).not.toContain("Second");
    await person.presses("q");
    expect(await person.terminal.ended()).toBe(0);
    expect((await stored(office, first.id))?.status).toBe("pending");
    expect(person.terminal.raw.endsWith(LEFT)).toBe(true);
  });

  it("takes no key that was typed ahead: none of them signs", async ({ office }) => {
    const { id } = await pay(office, "Early");
    const person = opened(office);
    person.terminal.type("ayayay");
    await person.sees("Early");
    person.terminal.type("ay");
    await person.sees(/Read it, then press|signing as|1 of 1/);
    await person.presses("q");
    // Whatever it was that had been asked, nobody said yes after reading it.
    await person.interrupts();
    expect((await stored(office, id))?.status).toBe("pending");
  });

  it("shows what is decided elsewhere where it was, and lets nothing new move the row", async ({ office }) => {
    await pay(office, "Upper");
    const mine = await pay(office, "Mine");
    const person = opened(office);
    await person.sees("1 of 2");
    await person.presses("j");
    await person.sees(/^> .*Mine/m);
    await pay(office, "Newer");
    expect(await person.sees("Newer")).toMatch(/^> .*Mine/m);
    await office.gate.decide(mine, { type: "reject" }, { by: { id: "grace", roles: ["finance"] } });
    expect(await person.sees(/^> {2}rejected by +│ grace.*Mine/m)).toContain("– of 2");
    await person.presses(CTRL_C);
    expect(await person.terminal.ended()).toBe(0);
  });

  it("finds by text, in what isn't read yet, too", async ({ office }) => {
    for (let n = 0; n < 210; n++)
      await office.asked("send_payment", { recipient: `Payee ${n}`, amount: 2_000 + n }, { requestedBy: n < 209 ? "bob" : "dora" });
    const person = opened(office);
    await person.sees("1 of 210");
    await person.presses("/");
    person.terminal.type(`DORA${ENTER}`);
    expect(await person.sees("of 1  /DORA")).toContain("Payee 209");
    await person.presses(ESCAPE);
    await person.sees("of 210");
    await person.types("G");
    await person.sees("10 more below");
    await person.types("G");
    await person.sees(/^> .*Payee 209/m);
    await person.presses("q");
    expect(await person.terminal.ended()).toBe(0);
  });

  it("rejects with a reason, and lets the model revise", async ({ office }) => {
    const { id } = await pay(office, "Rejected");
    const person = opened(office);
    await person.sees("Rejected");
    await person.presses("c");
    await person.terminal.until("A comment");
    await sleep(350);
    await person.types("o", "k", ENTER);
    await person.sees("comment: ok");
    await person.presses("r");
    await person.terminal.until("Why?");
    await sleep(350);
    await person.types("n", "o", ENTER);
    await person.terminal.until("And then?");
    await person.presses("r");
    await person.terminal.until("Reject this?");
    await person.presses("y");
    await person.sees(/rejected by +│ fiona/);
    expect((await stored(office, id))?.decisions[0]?.decision).toEqual({ type: "reject", message: "no", comment: "ok", then: "revise" });
    await person.presses("q");
    await person.terminal.ended();
  });

  it("decides several at once where the terms allow it, each by itself, and says what failed", async ({ office }) => {
    const [one, two, three] = [
      await office.asked("bill", { n: 1 }),
      await office.asked("bill", { n: 2 }),
      await office.asked("bill", { n: 3 }),
    ];
    const other = await pay(office, "Other");
    const person = opened(office);
    await person.sees("1 of 4");
    await person.presses("x");
    await person.types("x", "x", "x");
    await person.sees("don't let it be decided together");
    await person.presses("a");
    const shown = await person.terminal.until("You sign as");
    for (const { id, proposal } of [one, two, three])
      expect(shown).toContain(`request ${id.slice(0, 8)}, digest ${proposal.digest.slice(0, 8)}`);
    await office.gate.decide(two, { type: "reject" }, { by: { id: "grace", roles: ["finance"] } });
    await person.presses("y");
    await person.sees(`Not decided: ${two.id.slice(0, 8)}.`);
    expect(person.terminal.text).toContain(`Not ${two.id}: `);
    const [first, second, third] = await Promise.all([one, two, three].map(({ id }) => stored(office, id)));
    expect([first?.status, second?.status, third?.status, (await stored(office, other.id))?.status]).toEqual([
      "approved",
      "rejected",
      "approved",
      "pending",
    ]);
    expect(first?.decisions[0]?.batch).toBe(third?.decisions[0]?.batch);
    expect(first?.decisions[0]?.batch).toBeDefined();
    await person.presses("q");
    await person.terminal.ended();
  });

  it("is drawn anew when the window changes, down to 20 by 10", async ({ office }) => {
    await pay(office, "Resized");
    const person = opened(office);
    await person.sees("AGE");
    person.resizes(40, 20);
    await person.sees(/^ {3}LEFT +WHAT$/m);
    person.resizes(20, 10);
    expect((await person.sees(/^ {5}WHAT$/m)).split("\n").every((line) => line.length <= 20)).toBe(true);
    await person.presses("?");
    await person.sees("Any key goes back.");
    person.resizes(100, 24);
    await person.presses("x", "q");
    expect(await person.terminal.ended()).toBe(0);
  });

  it("gives the terminal back whatever ends it", async ({ office }) => {
    for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"]) {
      const person = opened(office);
      await person.sees("q quit");
      person.terminal.kill(signal);
      await person.terminal.ended();
      expect(person.terminal.raw.endsWith(LEFT)).toBe(true);
    }
  });

  it("gives the terminal back while it is stopped, and is drawn anew when it goes on", async ({ office, expect }) => {
    await pay(office, "Stopped");
    const person = opened(office);
    await person.terminal.until("Stopped");
    person.terminal.kill("SIGTSTP");
    await expect.poll(() => person.terminal.raw.endsWith(LEFT), { timeout: 20_000 }).toBe(true);
    person.terminal.kill("SIGCONT");
    await person.terminal.until("Stopped");
    await person.presses("q");
    expect(await person.terminal.ended()).toBe(0);
  });

  it("throws away what was typed while a decision was carried out", async ({ office }) => {
    const { id } = await pay(office, "Busy");
    const person = opened(office);
    await person.sees("Busy");
    await person.presses("a");
    await person.terminal.until("signing as");
    await person.presses("y");
    await person.types("q");
    await person.sees(/approved by +│ fiona/);
    await sleep(300);
    expect(person.terminal.raw.endsWith(LEFT)).toBe(false);
    await person.presses("q");
    expect(await person.terminal.ended()).toBe(0);
    expect((await stored(office, id))?.status).toBe("approved");
  });

  it("takes no answer of the terminal and no piece of a paste for a key", async ({ office }) => {
    await office.asked("bill", { n: 1 });
    const person = opened(office);
    await person.sees("1 of 1");
    await sleep(400);
    for (const piece of [
      "\u001b[?1;2c",
      "\u001b]11;rgb:ffff/ffff/ffff\u0007",
      "\u001b[M xx",
      "\u001b[<0;10;5M",
      "\u001bP>|xq\u001b\\",
      "\u001b[20",
      "0~",
      "q",
      "\u001b[201~",
    ]) {
      // prettier-ignore
      person.terminal.type(piece);
      await sleep(60);
    }
    await sleep(300);
    const screen = await person.screen();
    expect(screen).toMatch(/^> .*bill/m);
    expect(screen).not.toMatch(/1 marked|A comment/);
    person.terminal.type("\u001b[200~hello");
    await sleep(60);
    person.terminal.type(CTRL_C);
    expect(await person.terminal.ended()).toBe(0);
  });

  it("edits", async ({ office }) => {
    const { id } = await pay(office, "Edited", 9_000);
    const person = opened(office, 100, 24, { EDITOR: office.editor("8000") });
    await person.sees("Edited");
    await person.presses("e");
    await person.terminal.until("signing as");
    await person.presses("y");
    await person.sees(/approved by +│ fiona/);
    await person.presses(CTRL_C);
    expect(await person.terminal.ended()).toBe(0);
    expect((await stored(office, id))?.proposal.args).toMatchObject({ amount: 8_000 });
  });
});

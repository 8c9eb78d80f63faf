// A person at a terminal: the built command on a pseudo-terminal.
import { edit } from "@countersign/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { officeOn, type Office } from "./support/office.ts";

const ESCAPE = "\u001b";
const ENTER = "\r";
const CTRL_C = "\u0003";

let office: Office;
beforeAll(async () => void (office = await officeOn("sqlite")));
afterAll(() => office.close());

const now = async (id: string) => (await office.gate.get(id))?.status;

describe("on PostgreSQL", () => {
  let postgres: Office;
  beforeAll(async () => void (postgres = await officeOn("postgres")));
  afterAll(() => postgres.close());

  it("decides in the inbox, and hears at once what others do", async () => {
    const first = await postgres.asked("send_payment", { recipient: "First", amount: 2_001 });
    const terminal = postgres.terminal(["inbox"]);
    await terminal.until("First");
    const second = await postgres.asked("send_payment", { recipient: "Second", amount: 2_002 });
    await terminal.until("Second");
    terminal.type("a");
    expect(await terminal.until("You sign as fiona (finance).")).toContain(first.proposal.digest);
    terminal.type("y");
    await terminal.until("1 for fiona");
    await postgres.gate.cancel(second.id, { by: { id: "test" }, reason: "gone" });
    await terminal.until("Nothing waits");
    terminal.type("q");
    expect(await terminal.ended()).toBe(0);
    expect((await postgres.gate.get(first.id))?.decisions[0]).toMatchObject({ by: { id: "fiona" }, digest: first.proposal.digest });
  });
});

describe("approve", () => {
  it("shows everything, and signs after a yes what was shown", async () => {
    const { id, proposal } = await office.asked();
    const terminal = office.terminal(["approve", id]);
    const shown = await terminal.until("You sign as fiona (finance).");
    for (const part of [id, "send_payment", "over $1,000", "bob", '"amount": 4200', '"recipient": "Acme Corp"', proposal.digest])
      expect(shown).toContain(part);
    terminal.type("y");
    await terminal.until(`approved ${id}`);
    expect(await terminal.ended()).toBe(0);
    const [signed] = (await office.gate.get(id))?.decisions ?? [];
    expect(signed).toMatchObject({ by: { id: "fiona", roles: ["finance"] }, digest: proposal.digest, via: "cli" });
  });

  it("signs nothing on Enter, on no, and on Ctrl-C", async () => {
    const { id } = await office.asked();
    for (const [key, code] of [
      [ENTER, 1],
      ["n", 1],
      [CTRL_C, 130],
    ] as const) {
      // prettier-ignore
      const terminal = office.terminal(["approve", id]);
      await terminal.until("You sign as fiona (finance).");
      terminal.type(key);
      expect(await terminal.ended()).toBe(code);
    }
    expect(await now(id)).toBe("pending");
  });

  it("asks for what has to be confirmed, and signs with it alone", async () => {
    const { id } = await office.asked("checked");
    const wrong = office.terminal(["approve", id]);
    await wrong.until("To sign, type what stands at args.amount.");
    wrong.type(`4201${ENTER}`);
    await wrong.until("You sign as fiona (finance).");
    wrong.type("y");
    expect(await wrong.until("To sign, type what stands at args.amount.")).toContain("Nothing was signed yet");
    wrong.type(ENTER);
    expect(await wrong.ended()).toBe(1);
    expect(await now(id)).toBe("pending");
    const silent = office.terminal(["approve", id]);
    await silent.until("To sign, type what stands at args.amount.");
    silent.type(ENTER);
    await silent.until("Left pending");
    expect([await silent.ended(), await now(id)]).toEqual([1, "pending"]);
    const right = office.terminal(["approve", id]);
    await right.until("To sign, type what stands at args.amount.");
    right.type(`4200${ENTER}`);
    await right.until("You sign as fiona (finance).");
    right.type("y");
    await right.until(`approved ${id}`);
    expect(await right.ended()).toBe(0);
  });

  it("shows what hides: nothing of the arguments, names or reasons acts on the terminal", async () => {
    const hidden = "Acme\u202eproC \u200b\u001b[2J\u0007\u009b31m";
    const { id } = await office.asked("free_text", { to: hidden, [hidden]: 1 }, { threadId: `t-${hidden}`, requestedBy: hidden });
    const terminal = office.terminal(["approve", id]);
    const shown = await terminal.until("You sign as fiona (finance).");
    expect(shown).toContain('"to": "Acme\\u202eproC \\u200b\\u001b[2J\\u0007\\u009b31m"');
    for (const character of ["\u202e", "\u200b", "\u0007", "\u009b", `${ESCAPE}[2J`]) expect(terminal.raw).not.toContain(character);
    terminal.type(CTRL_C);
    await terminal.ended();
  });

  it("shows long arguments to their end", async () => {
    const { id } = await office.asked("free_text", { text: `${"x".repeat(20_000)}END`, list: Array.from({ length: 500 }, (_, n) => n) });
    const terminal = office.terminal(["approve", id]);
    const shown = await terminal.until("You sign as fiona (finance).");
    expect(shown.replaceAll("\n", "")).toContain("xEND");
    expect(shown).toContain("499");
    terminal.type(CTRL_C);
    await terminal.ended();
  });

  it("tells whoever comes second who was first, and does so before asking anything", async () => {
    const { id } = await office.asked();
    const second = office.terminal(["approve", id], { env: { COUNTERSIGN_AS: "frank" } });
    await second.until("You sign as frank (finance).");
    await office.gate.decide(
      (await office.gate.get(id)) ?? expect.unreachable(),
      { type: "reject" },
      { by: { id: "grace", roles: ["finance"] } },
    );
    second.type("y");
    await second.until("already rejected by grace");
    expect(await second.ended()).toBe(3);
    const third = office.terminal(["approve", id]);
    expect(await third.ended()).toBe(3);
    expect(third.text).not.toContain("You sign as");
  });
});

describe("edit", () => {
  it("opens the editor, shows the difference, and signs what was written", async () => {
    const { id } = await office.asked();
    const terminal = office.terminal(["edit", id], { env: { EDITOR: office.editor("4000") } });
    const shown = await terminal.until("You sign as fiona (finance).");
    expect(shown).toContain('-   "amount": 4200');
    expect(shown).toContain('+   "amount": 4000');
    expect(shown).toContain('"recipient": "Acme Corp"');
    terminal.type("y");
    expect(await terminal.ended()).toBe(0);
    expect(await office.gate.get(id)).toMatchObject({ status: "approved", approvedArgs: { recipient: "Acme Corp", amount: 4_000 } });
  });

  it("signs nothing if nothing was changed, or no is said", async () => {
    const { id } = await office.asked();
    const unchanged = office.terminal(["edit", id], { env: { EDITOR: "true" } });
    expect(await unchanged.ended()).toBe(1);
    const refused = office.terminal(["edit", id], { env: { EDITOR: office.editor("4000") } });
    await refused.until("You sign as fiona (finance).");
    refused.type("n");
    expect(await refused.ended()).toBe(1);
    expect(await now(id)).toBe("pending");
  });

  it("offers to go on editing what is no JSON or doesn't fit", async () => {
    const { id } = await office.asked();
    for (const [amount, said] of [
      ["{", "not JSON"],
      ['"much"', "amount"],
    ] as const) {
      // prettier-ignore
      const terminal = office.terminal(["edit", id], { env: { EDITOR: office.editor(amount) } });
      expect(await terminal.until("Edit it again?")).toContain(said);
      terminal.type("n");
      expect(await terminal.ended()).toBe(1);
    }
    const broken = office.terminal(["edit", id], { env: { EDITOR: "no-such-editor" } });
    await broken.until("Set EDITOR");
    expect(await broken.ended()).toBe(2);
  });

  it("shows masked arguments as masks, and leaves behind them what was there", async () => {
    const iban = "DE89370400440532013000";
    const { id } = await office.asked("transfer", { iban, amount: 4_200 });
    const terminal = office.terminal(["edit", id], { env: { EDITOR: office.editor("4000") } });
    const shown = await terminal.until("You sign as fiona (finance).");
    expect(shown).toContain('"iban": "•••"');
    terminal.type("y");
    expect(await terminal.ended()).toBe(0);
    expect(terminal.raw).not.toContain(iban);
    expect((await office.store.getRequest("default", id))?.proposal.args).toEqual({ iban, amount: 4_000 });
  });

  it("keeps hidden characters that were not touched", async () => {
    const { id } = await office.asked("send_payment", { recipient: "A\u202eB", amount: 4_200 });
    const terminal = office.terminal(["edit", id], { env: { EDITOR: office.editor("4000") } });
    await terminal.until("You sign as fiona (finance).");
    terminal.type("y");
    expect(await terminal.ended()).toBe(0);
    expect((await office.gate.get(id))?.proposal.args).toEqual({ recipient: "A\u202eB", amount: 4_000 });
  });
});

describe("reject", () => {
  it("asks why, and tells the model", async () => {
    const { id } = await office.asked();
    const terminal = office.terminal(["reject", id]);
    await terminal.until("Why?");
    terminal.type(`Paid in May${ENTER}`);
    await terminal.until("Reject this?");
    terminal.type("y");
    expect(await terminal.ended()).toBe(0);
    expect((await office.gate.get(id))?.decisions[0]?.decision).toEqual({ type: "reject", message: "Paid in May" });
  });
});

describe("inbox", () => {
  it("moves, looks, signs, and goes on; what comes and goes is seen", async () => {
    const threadId = "inbox";
    const earlier = (await office.gate.list({ status: "pending" })).items;
    for (const { id } of earlier) await office.gate.cancel(id, { by: { id: "test" }, reason: "out of the way" });
    const first = await office.asked("send_payment", { recipient: "First", amount: 2_001 }, { threadId });
    const second = await office.asked("send_payment", { recipient: "Second", amount: 2_002 }, { threadId });
    const third = await office.asked("send_payment", { recipient: "Third", amount: 2_003 }, { threadId });
    const mine = await office.asked("wire", { amount: 1 }, { threadId, requestedBy: "fiona" });
    const terminal = office.terminal(["inbox"]);
    expect(await terminal.until("3 for fiona")).not.toContain(mine.id);
    await terminal.until("Third");

    terminal.type("j");
    await terminal.until("> ");
    terminal.type(ENTER);
    expect(await terminal.until("What now?")).toContain(second.proposal.digest);
    terminal.type(ENTER);
    await terminal.until("Left pending");
    expect(await now(second.id)).toBe("pending");

    terminal.type("a");
    await terminal.until("You sign as fiona (finance).");
    terminal.type("y");
    await terminal.until("2 for fiona");
    expect(await now(second.id)).toBe("approved");

    terminal.type("k");
    await terminal.until("First");
    terminal.type("r");
    await terminal.until("Why?");
    terminal.type(`no${ENTER}`);
    await terminal.until("Reject this?");
    terminal.type("y");
    await terminal.until("1 for fiona");
    expect(await now(first.id)).toBe("rejected");

    const fourth = await office.asked("send_payment", { recipient: "Fourth", amount: 2_004 }, { threadId });
    await terminal.until("Fourth");
    await office.gate.cancel(third.id, { by: { id: "test" }, reason: "gone" });
    await terminal.until("1 for fiona");
    terminal.type("q");
    expect(await terminal.ended()).toBe(0);
    expect(await now(fourth.id)).toBe("pending");
    expect(terminal.raw.endsWith(`${ESCAPE}[?25h${ESCAPE}[?1049l`)).toBe(true);
  });

  it("gives the terminal back when it is told to end", async () => {
    const terminal = office.terminal(["inbox"]);
    await terminal.until("q quit");
    terminal.kill("SIGTERM");
    await terminal.ended();
    expect(terminal.raw.endsWith(`${ESCAPE}[?25h${ESCAPE}[?1049l`)).toBe(true);
  });

  it("edits", async () => {
    const { id } = await office.asked("send_payment", { recipient: "Edited", amount: 9_000 });
    const terminal = office.terminal(["inbox"], { env: { EDITOR: office.editor("8000") } });
    await terminal.until("Edited");
    terminal.type("jjjjj");
    await terminal.until("> ");
    terminal.type("e");
    await terminal.until("You sign as fiona (finance).");
    terminal.type("y");
    await terminal.until(`approved ${id}`);
    terminal.type(CTRL_C);
    expect(await terminal.ended()).toBe(0);
    expect((await office.gate.get(id))?.proposal.args).toMatchObject({ amount: 8_000 });
  });
});

describe("a terminal", () => {
  it("has colours, unless NO_COLOR says no; a line that is cut says so", async () => {
    const { id } = await office.asked("free_text", { text: "y".repeat(300) });
    const coloured = office.terminal(["list", "--newest"]);
    await coloured.ended();
    expect(coloured.raw).toContain(`${ESCAPE}[`);
    expect(coloured.text).toContain("… is where a line is cut");
    expect(coloured.text).toContain(id);
    const plain = office.terminal(["list", "--newest"], { env: { NO_COLOR: "1" } });
    await plain.ended();
    expect(plain.raw).not.toContain(ESCAPE);
  });

  it("shows of an event what matters: its note, where it stands, who said what; of a request that it was asked before", async () => {
    const args = { recipient: "Twice", amount: 7_000 };
    const first = await office.asked("send_payment", args);
    const { id } = await office.asked("send_payment", args);
    const waiting = office.terminal(["list", "--tool", "send_payment", "--newest"]);
    await waiting.ended();
    expect(waiting.text).toMatch(new RegExp(`SAME CALL.*\n${id} .* 1 pending `));
    await office.gate.decide(first, edit({ ...args, amount: 6_500 }, { comment: "half" }), {
      by: { id: "fiona", roles: ["finance"] },
      via: "web",
    });
    await office.gate.execute({ id: first.id, args: {} }, () => Promise.reject(new Error("The bank is closed."))).catch(() => {});
    const history = office.terminal(["history", first.id], { columns: 200 });
    await history.ended();
    const [, ...rows] = history.text.trimEnd().split("\n");
    expect(rows.map((row) => row.split(/ {2,}/).slice(3))).toEqual([
      ["asked", "bob", 'pending; send_payment {"amount":7000,"recipient":"Twice"}: over $1,000'],
      ["approved", "fiona", expect.stringMatching(/^edit by web \{"amount":6500,"recipient":"Twice"\} \[half\]; changes proposal/)],
      ["claimed", "countersign", "executing"],
      ["failed", "countersign", "The bank is closed."],
    ]);
    const query = office.terminal(["audit", "query"]);
    await query.ended();
    expect(query.text).toMatch(/thread\/countersign\/schema\/[0-9a-f]{8}… /);
  });

  it("follows a list until Ctrl-C", async () => {
    const terminal = office.terminal(["list", "--watch", "--tool", "sign_only"]);
    await terminal.until("Ctrl-C ends");
    const { id } = await office.asked("sign_only", {});
    await terminal.until(id);
    terminal.type(CTRL_C);
    expect(await terminal.ended()).toBe(130);
  });
});

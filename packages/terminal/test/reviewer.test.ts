// A person at a pseudo-terminal, asked by an agent in another process.
import { edit } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { agents, ENTER, hasTheGutter, MENU, pause, SIGN, signNothing } from "./support/agents.ts";

const GRACE = { id: "grace", roles: ["finance"] };

const all = agents();
const { asked, call, gate, requestOf, statusOf } = all;

describe.concurrent("a value", () => {
  hasTheGutter(all, 20, 40);
  hasTheGutter(all, 80, 24);
});

describe.concurrent("keys", () => {
  for (const index of [0, 1]) signNothing(all, index);

  it("of somebody patient sign; pasted ones and several at once don't", async () => {
    const one = call();
    const person = asked([one]);
    await person.until(MENU);
    await pause(500);
    for (const keys of ["ay", "\u001b[200~a\u001b[201~", "aa", "\u001b[A"]) {
      person.type(keys);
      await pause(120);
    }
    expect(person.raw).not.toContain("Sign this?");
    await person.answers("a", SIGN);
    person.type("y");
    await person.answers("y", `outcome of ${one.key}: approved`);
    expect(await person.ended()).toBe(0);
    expect((await requestOf(one)).decisions[0]).toMatchObject({ by: { id: "fiona" } });
  });

  it("type what has to be confirmed; pasting it is no typing", async () => {
    const one = call("checked", { amount: 4_200 });
    const person = asked([one]);
    await person.until(MENU);
    await person.answers("a", "To sign, type what stands at args.amount.");
    await pause(500);
    person.type("\u001b[200~99\u001b[201~");
    await pause(100);
    for (const key of "4200") {
      person.type(key);
      await pause(40);
    }
    await person.answers(ENTER, SIGN);
    await person.answers("y", `outcome of ${one.key}: approved`);
    expect((await requestOf(one)).decisions[0]?.decision).toMatchObject({ confirm: { "args.amount": "4200" } });
  });

  it("that come in pieces of a paste or of a sequence sign nothing", async () => {
    const one = call();
    const person = asked([one]);
    await person.until(MENU);
    await person.answers("a", SIGN);
    await pause(500);
    for (const pieces of [
      ["\u001b[20", "0~", "y", "\u001b[201~"],
      ["\u001b[200~", "y\u001b[20", "1~"],
      ["\u001bO", "y"],
      ["\u001b[M ", "y", "!"],
      ["\u001b]11;rgb:", "y", "\u0007"],
    ])
      for (const piece of pieces) {
        person.type(piece);
        await pause(50);
      }
    await pause(200);
    expect(await statusOf(one)).toBe("pending");
    person.type("y");
    await person.until(`outcome of ${one.key}: approved`);
  });

  it("end a paste that never does: Ctrl-C at once, and a quiet second for the others", async () => {
    const [one, other] = [call(), call()];
    const person = asked([one, other]);
    await person.until(MENU);
    await pause(500);
    person.type("\u001b[200~hello");
    await pause(100);
    person.type(ENTER);
    await pause(1_700);
    expect(person.raw).not.toContain("Left pending.");
    await person.answers(ENTER, "Left pending.");
    await person.until(MENU);
    await pause(500);
    person.type("\u001b[200~hello\u001b[20");
    await pause(100);
    person.type("\u0003");
    expect(await person.ended()).toBe(130);
    expect(await statusOf(other)).toBe("pending");
  });

  it("are taken again after the process was stopped, once the question was drawn anew", async () => {
    const one = call();
    const person = asked([one]);
    await person.until(MENU);
    await pause(400);
    person.kill("SIGTSTP");
    await expect.poll(() => person.raw.endsWith("\u001b[?2004l"), { timeout: 20_000 }).toBe(true);
    person.kill("SIGCONT");
    await person.until(MENU);
    await person.answers("a", SIGN);
    await person.answers("y", `outcome of ${one.key}: approved`);
  });

  it("reject with a reason, and say what the run does next", async () => {
    const one = call();
    const person = asked([one]);
    await person.until(MENU);
    await person.answers("r", "Why? The model is told.");
    await pause(500);
    person.type("Paid in May");
    await person.answers(ENTER, "s = stop");
    await person.answers("s", `outcome of ${one.key}: rejected`);
    expect((await requestOf(one)).decisions[0]?.decision).toMatchObject({ type: "reject", message: "Paid in May", then: "stop" });
  });

  it("that end the program end it: Ctrl-C signs nothing", async () => {
    const one = call();
    const person = asked([one]);
    await person.until(MENU);
    person.type("\u0003");
    expect(await person.ended()).toBe(130);
    expect(await statusOf(one)).toBe("pending");
    expect(person.raw).toContain("\u001b[?2004l");
  });

  it("are given back by every signal that ends the program", async () => {
    for (const signal of ["SIGINT", "SIGQUIT"]) {
      const person = asked([call()]);
      await person.until(MENU);
      person.kill(signal);
      expect(await person.ended()).not.toBe(0);
      expect(person.raw.lastIndexOf("\u001b[?2004l")).toBeGreaterThan(person.raw.lastIndexOf("\u001b[?2004h"));
    }
  });
});

describe.concurrent("while the question stands", () => {
  it("what others decide ends it", async () => {
    const one = call();
    const person = asked([one]);
    await person.until(MENU);
    await gate().decide(await requestOf(one), { type: "reject" }, { by: GRACE });
    await person.until("No longer waiting");
    await person.until(`outcome of ${one.key}: rejected`);
  });

  it("other arguments are shown and asked about anew, and nothing else can be signed", async () => {
    const one = call("twice");
    const person = asked([one]);
    await person.until(MENU);
    const changed = await gate().decide(await requestOf(one), edit({ recipient: "Acme Corp", amount: 3_900 }), { by: GRACE });
    await person.until("The arguments were changed while you looked");
    expect(await person.until(MENU)).toContain("3900");
    await person.answers("a", SIGN);
    await person.answers("y", `outcome of ${one.key}: approved`);
    expect((await requestOf(one)).decisions.at(-1)).toMatchObject({ by: { id: "fiona" }, digest: changed.proposal.digest });
  });

  it("nothing is signed that changes at every moment", async () => {
    const one = call("twice");
    const person = asked([one]);
    await person.until(MENU);
    let amount = 100;
    const changing = setInterval(() => {
      void requestOf(one).then((request) =>
        request.status === "pending" ? gate().decide(request, edit({ recipient: "Acme Corp", amount: ++amount }), { by: GRACE }) : undefined,
      ).catch(() => {}); // prettier-ignore
    }, 70);
    for (let n = 0; n < 25; n++) {
      person.type(n % 2 === 0 ? "a" : "y");
      await pause(150);
    }
    clearInterval(changing);
    const { decisions } = await requestOf(one);
    for (const { by, digest } of decisions.filter((each) => each.by.id === "fiona")) {
      expect(by).toBeDefined();
      expect(person.raw.replaceAll(/[^0-9a-f]/g, "")).toContain(digest.slice(0, 32));
    }
    person.kill();
  });

  it("a deadline that passes ends it", async () => {
    const one = call("soon");
    const person = asked([one]);
    await person.until(MENU);
    await person.until("No longer waiting");
    // Whoever looks next records that it has expired: that may be later.
    await person.until(`outcome of ${one.key}: `);
    expect((await requestOf(one)).decisions).toEqual([]);
  });

  it("a terminal that is closed ends it without a signature", async () => {
    const one = call();
    const person = asked([one]);
    await person.until(MENU);
    person.kill("SIGHUP");
    expect(await person.ended()).not.toBe(0);
    expect(await statusOf(one)).toBe("pending");
  });
});

it("shows a request to somebody who can't sign it, says why, and doesn't ask", async () => {
  const one = call();
  const person = asked([one], { as: { id: "mallory" } });
  const shown = await person.until(`outcome of ${one.key}: pending`);
  expect(shown).toContain("not asked");
  expect(shown).toContain("4200");
  expect(shown).not.toContain(MENU);
});

it("says at once that a freeze began, and asks anew", async () => {
  const one = call("pay", { recipient: "Frozen Ltd", amount: 1 });
  const person = asked([one]);
  await person.until(MENU);
  const freeze = await gate().freeze({ tool: "pay" }, { by: GRACE, reason: "wrong bank details" });
  expect(await person.until("A freeze began or ended while you looked.")).toContain("wrong bank");
  await person.until(MENU);
  await gate().liftFreeze(freeze.id, { by: GRACE });
  person.kill();
});

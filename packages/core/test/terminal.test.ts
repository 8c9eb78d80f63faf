import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { ApprovalRequest } from "../src/contract/request.ts";
import { oneAtATime } from "../src/terminal/one-at-a-time.ts";
import { prompt, summary, type Unconfirmed } from "../src/terminal/prompt.ts";
import { visible, visibleJson } from "../src/terminal/visible.ts";

const request = {
  tool: "send_payment",
  namespace: undefined,
  agent: "payments",
  threadId: "pay-001",
  reason: "over $1,000",
  requestedBy: { id: "bob" },
  expiresAt: 1_700_000_000_000,
  terms: {},
  argsSchema: { type: "object", properties: { amount: { type: "number" } }, required: ["amount"] },
  proposal: { args: { amount: 4_200, recipient: "Acme\u202e Corp\u200b" }, digest: "d".repeat(64), by: undefined },
} as unknown as ApprovalRequest;

/** Types each answer when the prompt for it has appeared. */
async function answered(answers: readonly string[], over: Partial<ApprovalRequest> = {}, unconfirmed?: Unconfirmed) {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = "";
  const left = [...answers];
  output.on("data", (chunk: Buffer) => {
    shown += String(chunk);
    if (!String(chunk).endsWith("> ") && !String(chunk).includes("}")) return;
    if (/> [^\n]*$/.test(shown)) {
      const next = left.shift();
      if (next !== undefined) setImmediate(() => input.write(next));
    }
  });
  const decision = await prompt({ ...request, ...over }, new AbortController().signal, { input, output }, unconfirmed);
  return { decision, shown };
}
const CLEAR = "\u0015"; // Ctrl-U: deletes the draft

it("writes what JSON has no word for as stores keep it, without members that are undefined", () => {
  const receipt = { result: { png: Buffer.from("png"), at: new Date(0), n: 1n, f: () => {} }, none: undefined };
  expect(visibleJson(receipt, 0)).toBe(
    '{"result":{"png":{"$Buffer":"cG5n"},"at":{"$Date":"1970-01-01T00:00:00.000Z"},"n":{"$BigInt":"1"}}}',
  );
});

describe("the terminal reviewer", () => {
  it("shows everything, with hidden characters made visible", () => {
    const text = summary(request);
    expect(text).toContain("Acme\\u202e Corp\\u200b");
    expect(text).toContain("d".repeat(64));
    for (const part of ["send_payment", "over $1,000", "bob", "pay-001", "4200"]) expect(text).toContain(part);
    expect(visible("\u001b[2J\u0085\u00a0\u2066\u{e0041}\n")).toBe("\\u{1b}[2J\\u{85}\\u{a0}\\u{2066}\\u{e0041}\\u{a}");
    expect(visible("Zoë 支払い")).toBe("Zoë 支払い");
  });

  it("shows JSON that reads back as it was", () => {
    const value = { "a\u202e": "\u001b[2J \\u202e \u{e0041} \ud800 Zoë", list: [1, null] };
    for (const indent of [0, 2]) {
      const text = visibleJson(value, indent);
      expect(JSON.parse(text)).toEqual(value);
      expect(text.replaceAll("\n", "")).toBe(visible(text.replaceAll("\n", "")));
    }
    expect(visibleJson({ to: "\u202eB" }, 0)).toBe('{"to":"\\u202eB"}');
  });

  it("approves, rejects with a reason, and decides nothing on Enter or anything unknown", async () => {
    expect((await answered(["a\r"])).decision).toEqual({ type: "approve" });
    expect((await answered(["r\r", "Paid in May\r"])).decision).toEqual({ type: "reject", message: "Paid in May" });
    expect((await answered(["\r"])).decision).toBeUndefined();
    expect((await answered(["yes\r"])).decision).toBeUndefined();
  });

  it("has the reviewer type what the terms want to be confirmed, and signs nothing when they don't", async () => {
    const terms = { confirm: ["args.amount", "args.recipient"] };
    const { decision, shown } = await answered(["a\r", "4200\r", "Acme\r"], { terms });
    expect(decision).toEqual({ type: "approve", confirm: { "args.amount": "4200", "args.recipient": "Acme" } });
    expect(shown).toContain("To sign, type what stands at args.amount (Enter = leave it pending) > ");
    expect((await answered(["a\r", "4200\r", "\r"], { terms })).decision).toBeUndefined();
    const good = `${CLEAR}{"amount": 4000}\r`;
    const edited = await answered(["e\r", good, "y\r", "4000\r"], { terms: { confirm: "args.amount" } });
    expect(edited.decision).toEqual({ type: "edit", args: { amount: 4_000 }, confirm: { "args.amount": "4000" } });
  });

  it("asks for what a decision was refused for, and keeps what was typed before", async () => {
    const paths = ["args.amount", "args.recipient"];
    const decision = { type: "edit", args: { amount: 70_000 }, confirm: { "args.amount": "7", "args.of": "x" } } as const;
    const { decision: again, shown } = await answered(["70000\r", "Acme\r"], {}, { decision, paths });
    expect(again).toEqual({ ...decision, confirm: { "args.of": "x", "args.amount": "70000", "args.recipient": "Acme" } });
    expect(shown).toContain('"amount": 70000');
    expect(shown).toContain("Nothing was signed yet");
    expect((await answered(["70000\r", "\r"], {}, { decision, paths })).decision).toBeUndefined();
  });

  it("shows what the policy says of a call beside its arguments, each in a line of its own", () => {
    const description = {
      title: "Pay \u202eAcme",
      risk: "high",
      facts: [{ label: "Asked\nby", value: "bob\n  digest    0000" }],
      links: [{ label: "Invoice", url: "https://erp.example/88" }],
    } as const;
    const lines = summary({ ...request, proposal: { ...request.proposal, description } }).split("\n");
    expect(lines.slice(2, 6)).toEqual([
      "  tool      send_payment",
      "  title     Pay \\u{202e}Acme",
      "  risk      high",
      "  why       over $1,000",
    ]);
    expect(lines).toContain("  fact      Asked\\u{a}by: bob\\u{a}  digest    0000");
    expect(lines).toContain("  link      Invoice: https://erp.example/88");
    expect(lines.filter((line) => line.startsWith("  digest"))).toEqual([`  digest    ${"d".repeat(64)}`]);
    expect(lines.join("\n")).toContain('"amount": 4200');
    expect(summary(request)).not.toContain("title");
  });

  it("edits: asks again while the JSON or the schema doesn't hold, shows what will run, wants a yes", async () => {
    const good = `${CLEAR}{"amount": 4000}\r`;
    const { decision, shown } = await answered(["e\r", `${CLEAR}{oops\r`, `${CLEAR}{"amount": "x"}\r`, good, "y\r"]);
    expect(decision).toEqual({ type: "edit", args: { amount: 4_000 } });
    expect(shown).toContain("This is not JSON");
    expect(shown).toContain("amount:");
    expect(shown).toContain('"amount": 4000');
    expect((await answered(["e\r", good, "\r"])).decision).toBeUndefined();
  });

  it("doesn't offer what the terms don't allow", async () => {
    const { decision, shown } = await answered(["e\r"], { terms: { decisions: ["approve", "reject"] } });
    expect(decision).toBeUndefined();
    expect(shown).not.toContain("e = edit");
  });

  it("lets go when somebody else has decided", async () => {
    const over = new AbortController();
    const output = new PassThrough();
    const deciding = prompt(request, over.signal, { input: new PassThrough(), output });
    setImmediate(() => over.abort());
    expect(await deciding).toBeUndefined();
  });

  it("asks one thing at a time", async () => {
    const inTurn = oneAtATime();
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      order.push(`${name} ends`);
      if (name === "a") throw new Error("a failed");
    };
    await Promise.allSettled([inTurn(work("a")), inTurn(work("b"))]);
    expect(order).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });
});

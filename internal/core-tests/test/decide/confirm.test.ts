// What a reviewer has to type before they sign, whatever surface they come through.
import { approve, createGate, definePolicy, edit, reject, type Confirmation, type JsonObject, type ReviewTerms } from "@countersign/core";
import { decideAnswers } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { askedUnder, cameTo, errorOf } from "./asked.ts";

const by = { id: "alice" };
const confirm: ReviewTerms = { confirm: "args.amount" };
const args = { amount: 4_200, to: "Acme", urgent: true, memo: null, payees: [{ iban: "GB29" }], deep: { sum: 7 }, half: 0.5, code: "0012" };

describe("confirm", () => {
  it.each<[string, Confirmation | undefined, string]>([
    ["args.amount", 4_200, "approved"],
    ["args.amount", "4200", "approved"],
    ["args.amount", { "args.amount": "4200" }, "approved"],
    ["args.amount", undefined, "NOT_CONFIRMED"],
    ["args.amount", 4_201, "NOT_CONFIRMED"],
    ["args.amount", "4,200", "NOT_CONFIRMED"],
    ["args.amount", " 4200", "NOT_CONFIRMED"],
    ["args.amount", "4200.0", "NOT_CONFIRMED"],
    ["args.amount", "", "NOT_CONFIRMED"],
    ["args.amount", { amount: 4_200 }, "NOT_CONFIRMED"],
    ["args.to", "Acme", "approved"],
    ["args.to", "acme", "NOT_CONFIRMED"],
    ["args.code", "0012", "approved"],
    ["args.code", 12, "NOT_CONFIRMED"],
    ["args.urgent", "true", "approved"],
    ["args.urgent", true, "approved"],
    ["args.memo", "null", "approved"],
    ["args.memo", null, "approved"],
    ["args.memo", undefined, "NOT_CONFIRMED"],
    ["args.half", "0.5", "approved"],
    ["args.deep.sum", "7", "approved"],
    ["args.payees.0.iban", "GB29", "approved"],
    ["args.payees.length", 1, "NOT_CONFIRMED"],
    ["args.payees", "[object Object]", "NOT_CONFIRMED"],
    ["args.deep", "[object Object]", "NOT_CONFIRMED"],
    ["args.none", "undefined", "NOT_CONFIRMED"],
    ["args.constructor.name", "Object", "NOT_CONFIRMED"],
    ["args.to.length", 4, "NOT_CONFIRMED"],
  ])("%s typed as %j: %s", async (path, typed, status) => {
    const { gate, request } = await askedUnder({ confirm: path }, { args });
    expect(await cameTo(gate.decide(request, approve({ confirm: typed }), { by }))).toBe(status);
    const { decisions } = (await gate.get(request.id)) ?? request;
    expect(decisions.map(({ decision }) => decision)).toEqual(status === "approved" ? [approve({ confirm: typed })] : []);
  });

  it("wants each of several paths, by its name", async () => {
    const { gate, request } = await askedUnder({ confirm: ["args.amount", "args.to"] }, { args });
    const said = (typed?: Confirmation) => errorOf(gate.decide(request, approve({ confirm: typed }), { by }));
    expect(await said(4_200)).toMatchObject({ code: "NOT_CONFIRMED", details: { paths: ["args.amount", "args.to"], valueless: [] } });
    expect(await said({ "args.amount": 4_200 })).toMatchObject({ details: { paths: ["args.to"] } });
    expect(await said({ "args.amount": 4_200, "args.to": "ACME" })).toMatchObject({
      message: `Whoever signs request ${request.id} (pay) has to type what stands at args.to. Nothing was signed. Pass it: approve({ confirm }).`,
    });
    expect(await cameTo(gate.decide(request, approve({ confirm: { "args.amount": 4_200, "args.to": "Acme" } }), { by }))).toBe("approved");
  });

  it("is of what is signed: of an edit, the reviewer's own arguments", async () => {
    const { gate, request } = await askedUnder(confirm);
    expect(await cameTo(gate.decide(request, edit({ amount: 1 }, { confirm: 4_200 }), { by }))).toBe("NOT_CONFIRMED");
    expect(await cameTo(gate.decide(request, edit({ amount: 1 }, { confirm: 1 }), { by }))).toBe("approved");
  });

  it("makes arguments without one value there unsignable, and they can be edited or rejected", async () => {
    const without = { args: { amount: [1, 2] } };
    const { gate, request } = await askedUnder(confirm, without);
    expect(await errorOf(gate.decide(request, approve({ confirm: "1,2" }), { by }))).toMatchObject({
      details: { paths: ["args.amount"], valueless: ["args.amount"] },
      message: `Request ${request.id} (pay) can't be signed with these arguments: there is no one value at args.amount to confirm. Edit or reject it.`,
    });
    expect(await cameTo(gate.decide(request, edit({ amount: 3 }, { confirm: 3 }), { by }))).toBe("approved");
    const other = await askedUnder(confirm, without);
    expect(await cameTo(other.gate.decide(other.request, reject("no"), { by }))).toBe("rejected");
  });

  it("compares an edit with what stands behind the masks that were left in it", async () => {
    const { gate, request } = await askedUnder(confirm, { args: { amount: 5, iban: "GB29" }, redact: ["args.iban"] });
    const edited = { ...request.proposal.args, amount: 6 };
    const decided = await gate.decide(request, edit(edited, { confirm: "6" }), { by });
    expect([decided.status, decided.decisions[0]?.decision]).toEqual(["approved", edit(edited, { confirm: "6" })]);
  });

  it("counts of a quorum only whoever typed it, and is the same vote once it was", async () => {
    const { gate, request } = await askedUnder({ ...confirm, quorum: 2 });
    const signed = await gate.decide(request, approve({ confirm: 4_200 }), { by });
    expect((await gate.decide(request, approve(), { by })).version).toBe(signed.version);
    expect(await cameTo(gate.decide(request, approve(), { by: { id: "bob" } }))).toBe("NOT_CONFIRMED");
    expect(await cameTo(gate.decide(request, approve({ confirm: "4200" }), { by: { id: "bob" } }))).toBe("approved");
  });

  it("keeps nothing that was typed where nothing is asked for", async () => {
    const { gate, request } = await askedUnder({});
    const { decisions } = await gate.decide(request, approve({ confirm: "whatever" }), { by });
    expect(decisions[0]?.decision).toEqual(approve());
  });

  it("keeps nothing that was typed for another path", async () => {
    const { gate, request } = await askedUnder(confirm);
    const typed = { "args.amount": 4_200, "args.to": "Acme" };
    const { decisions } = await gate.decide(request, approve({ confirm: typed }), { by });
    expect(decisions[0]?.decision).toEqual(approve({ confirm: { "args.amount": 4_200 } }));
  });

  it("is never remembered", async () => {
    const policy = definePolicy({ review: { remember: ["tool"] }, tools: { pay: { ask: true, review: confirm } } });
    const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
    const asked = await gate.ask({ threadId: "t", key: "k", tool: "pay", args });
    if (asked.status !== "pending") throw new Error(asked.status);
    const { request } = asked;
    const remember = { scope: "tool" } as const;
    expect(await cameTo(gate.decide(request, approve({ remember, confirm: 4_200 }), { by }))).toBe("DECISION_NOT_ALLOWED");
  });

  it.each<[string, unknown]>([
    ["a list", [4_200]],
    ["an object in an object", { "args.amount": { value: 4_200 } }],
    ["a big integer", 4_200n],
  ])("is refused as %s", async (_, typed) => {
    const { gate, request } = await askedUnder(confirm);
    expect(await cameTo(gate.decide(request, approve({ confirm: typed as Confirmation }), { by }))).toBe("INVALID_ARGS");
  });

  it("can come from a reviewer in the process", async () => {
    const policy = definePolicy({ tools: { pay: { ask: true, review: confirm } } });
    const review = ({ proposal }: { proposal: { args: JsonObject } }) => approve({ confirm: proposal.args["amount"] as number });
    const gate = createGate({ policy, store: memoryStore(), reviewer: { as: by, review }, warn: () => {} });
    expect((await gate.ask({ threadId: "t", key: "k", tool: "pay", args })).status).toBe("approved");
  });

  it("refuses a framework's own answer that doesn't say it, and names where it can be signed", async () => {
    const { gate, request } = await askedUnder(confirm);
    const { id } = request;
    for (const decision of [approve(), edit({ amount: 1 })])
      expect(await errorOf(decideAnswers(gate, [{ id, decision }], { threadId: "t", by }))).toMatchObject({
        code: "NATIVE_REFUSED",
        cause: { code: "NOT_CONFIRMED" },
        details: {
          threadId: "t",
          reason: `whoever signs request ${id} has to type what stands at args.amount, and it doesn't say that. Sign it where you are asked for it: "countersign approve ${id} --confirm <value>", or gate.decide with approve({ confirm })`,
        },
      });
    expect((await gate.get(id))?.decisions).toEqual([]);
    const [rejected] = await decideAnswers(gate, [{ id, decision: reject("no") }], { threadId: "t", by });
    expect(rejected?.status).toBe("rejected");
  });
});

// One decision about several requests: only where the terms let each be one of several.
import { approve, edit, isBatchable, reject, type ReviewTerms } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { askedUnder, cameTo, errorOf } from "./asked.ts";

const by = { id: "alice" };
const batch = "3f6c";

describe("a batch", () => {
  it("is on record with each of its decisions, and in the trail", async () => {
    for (const decision of [approve(), reject("no"), edit({ amount: 1 })]) {
      const { gate, request } = await askedUnder({ batch: true });
      const decided = await gate.decide(request, decision, { by, batch });
      expect(decided.decisions).toMatchObject([{ by, batch }]);
      const events = await Array.fromAsync(gate.history(request.id));
      expect(events.at(-1)?.data["decisions"]).toMatchObject([{ batch }]);
      await gate.verify();
    }
  });

  it("leaves no trace in a decision that is none", async () => {
    const { gate, request } = await askedUnder({ batch: true });
    const [decided] = (await gate.decide(request, approve(), { by })).decisions;
    expect(decided && "batch" in decided).toBe(false);
  });

  it.each<[string, ReviewTerms]>([
    ["say no", { batch: false }],
    ["want several signatures", { quorum: 2 }],
    ["want several people", { quorum: [{ roles: ["finance"] }, { roles: ["cfo"] }] }],
    ["want four eyes", { fourEyes: true }],
    ["want something to be typed", { confirm: "args.amount" }],
  ])("is refused where the terms %s, whatever is decided", async (_, terms) => {
    const { gate, request } = await askedUnder(terms, { inherited: { batch: true } });
    const finance = { id: "alice", roles: ["finance"] };
    expect(isBatchable(request.terms)).toBe(false);
    for (const decision of [approve({ confirm: 4_200 }), reject("no"), edit({ amount: 4_200 }, { confirm: 4_200 })])
      expect(await errorOf(gate.decide(request, decision, { by: finance, batch }))).toMatchObject({
        code: "DECISION_NOT_ALLOWED",
        details: { allowed: ["the same decision without batch"] },
      });
    expect((await gate.get(request.id))?.decisions).toEqual([]);
  });

  it("is refused where the terms don't say so", async () => {
    const { gate, request } = await askedUnder({});
    expect(await cameTo(gate.decide(request, approve(), { by, batch }))).toBe("DECISION_NOT_ALLOWED");
  });

  it("leaves nothing behind that is remembered", async () => {
    const { gate, request } = await askedUnder({ batch: true, remember: ["tool"] });
    const remember = { scope: "tool" } as const;
    for (const decision of [approve({ remember }), reject("no", { remember })])
      expect(await errorOf(gate.decide(request, decision, { by, batch }))).toMatchObject({
        code: "DECISION_NOT_ALLOWED",
        details: { allowed: ["the same decision without remember"] },
      });
    expect(await cameTo(gate.decide(request, approve({ remember }), { by }))).toBe("approved");
  });

  it.each<[string, unknown]>([
    ["empty", ""],
    ["no text", 7],
    ["a flag", true],
    ["null", null],
  ])("needs an id: %s", async (_, id) => {
    const { gate, request } = await askedUnder({ batch: true });
    expect(await cameTo(gate.decide(request, approve(), { by, batch: id as string }))).toBe("INVALID_ARGS");
  });
});

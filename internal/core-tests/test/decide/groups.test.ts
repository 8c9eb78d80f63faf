// A quorum that says how many of whom.
import { approve, edit, missingSignatures, reject, type ReviewTerms } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { askedUnder, cameTo, errorOf, person } from "./asked.ts";

const terms: ReviewTerms = { quorum: [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }] };
const [ann, bob, cem] = [person("ann", "finance"), person("bob", "finance"), person("cem", "finance")];
const dana = person("dana", "cfo");

describe("groups", () => {
  it("are complete once each has its signatures, in whatever order they come", async () => {
    for (const order of [
      [ann, bob, dana],
      [dana, ann, bob],
      [ann, dana, bob],
    ]) {
      const { gate, request } = await askedUnder(terms);
      const statuses = [];
      for (const by of order) statuses.push(await cameTo(gate.decide(request, approve(), { by })));
      expect(statuses).toEqual(["pending", "pending", "approved"]);
    }
  });

  it("refuse a signature that completes none of them, and say what is missing", async () => {
    const { gate, request } = await askedUnder(terms);
    for (const by of [ann, bob]) await gate.decide(request, approve(), { by });
    const groups = [{ roles: ["cfo"], count: 1 }];
    expect(await errorOf(gate.decide(request, approve(), { by: cem }))).toMatchObject({
      code: "NOT_AUTHORIZED",
      details: { by: cem, missing: ["cfo"], groups },
      message: "A signature of cem would not count. It still takes 1 of cfo.",
    });
    const seen = await gate.get(request.id);
    expect(seen?.decisions).toHaveLength(2);
    expect(seen && missingSignatures(seen)).toEqual(groups);
    expect(await cameTo(gate.decide(request, approve(), { by: ann }))).toBe("pending");
    expect(await cameTo(gate.decide(request, approve(), { by: dana }))).toBe("approved");
  });

  it("say to whoever is invited to none of them all that would do", async () => {
    const { gate, request } = await askedUnder(terms);
    await gate.decide(request, approve(), { by: dana });
    const { details, message } = (await errorOf(gate.decide(request, approve(), { by: person("eve", "legal") }))) as Error & {
      details: object;
    };
    expect(details).toEqual({ by: person("eve", "legal"), missing: ["finance", "cfo"] });
    expect(message).toBe("eve may not do this. It takes one of these roles or people: finance, cfo.");
  });

  it("let whoever is invited reject and edit, whether their signature would count or not", async () => {
    for (const [decision, status] of [
      [reject("no"), "rejected"],
      [edit({ amount: 1 }), "pending"],
      [edit({ amount: 4_200 }), "pending"],
    ] as const) {
      const { gate, request } = await askedUnder(terms);
      for (const by of [ann, bob]) await gate.decide(request, approve(), { by });
      expect(await cameTo(gate.decide(request, decision, { by: cem }))).toBe(status);
    }
  });

  it("begin anew with an edit, which counts as its author's", async () => {
    const { gate, request } = await askedUnder(terms);
    for (const by of [ann, bob]) await gate.decide(request, approve(), { by });
    const edited = await gate.decide(request, edit({ amount: 1 }), { by: cem });
    expect(missingSignatures(edited)).toEqual([
      { roles: ["finance"], count: 1 },
      { roles: ["cfo"], count: 1 },
    ]);
    expect(await cameTo(gate.decide(edited, approve(), { by: dana }))).toBe("pending");
    expect(await cameTo(gate.decide(edited, approve(), { by: ann }))).toBe("approved");
  });

  it("count nobody twice, and move whoever may sign for two of them", async () => {
    const both = person("both", "finance", "cfo");
    const { gate, request } = await askedUnder({ quorum: [{ roles: ["finance"] }, { roles: ["cfo"] }] });
    expect(await cameTo(gate.decide(request, approve(), { by: both }))).toBe("pending");
    expect(await cameTo(gate.decide(request, approve(), { by: both }))).toBe("pending");
    expect(await cameTo(gate.decide(request, approve(), { by: ann }))).toBe("approved");
  });

  it("take a role that an escalation added for any of them", async () => {
    let now = 1_700_000_000_000;
    const { gate, request } = await askedUnder({ ...terms, escalate: { after: "1h", roles: ["board"] } }, { now: () => now });
    const [eve, fay] = [person("eve", "board"), person("fay", "board")];
    expect(await cameTo(gate.decide(request, approve(), { by: eve }))).toBe("NOT_AUTHORIZED");
    now += 3_600_000;
    for (const by of [ann, eve]) expect(await cameTo(gate.decide(request, approve(), { by }))).toBe("pending");
    expect(await cameTo(gate.decide(request, approve(), { by: fay }))).toBe("approved");
  });

  it("are shown to everybody whom they name, and to nobody else", async () => {
    const { gate } = await askedUnder({ quorum: [{ roles: ["finance"] }, { reviewers: ["dana"] }] });
    const shown = async (by: typeof ann) => (await gate.list({ reviewableBy: by })).items.length;
    expect([await shown(ann), await shown({ id: "dana" }), await shown(person("eve", "legal"))]).toEqual([1, 1, 0]);
  });

  it("offer nothing to remember", async () => {
    const { gate, request } = await askedUnder({ ...terms, remember: ["tool"] });
    expect(await cameTo(gate.decide(request, approve({ remember: { scope: "tool" } }), { by: ann }))).toBe("DECISION_NOT_ALLOWED");
  });
});

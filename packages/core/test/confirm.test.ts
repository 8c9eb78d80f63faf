// Signatures are counted by what was typed for them, under the terms as they are now.
import { describe, expect, it } from "vitest";
import { approve, edit, type Decision, type DecisionRecord } from "../src/contract/decision.ts";
import { hasSigned, isComplete, type Signed } from "../src/decide/authorize.ts";
import { isConfirmed } from "../src/decide/confirm.ts";

const by = { id: "alice" };

function request(over: Partial<Signed> = {}): Signed {
  const proposal = { digest: "d", by: undefined };
  return { terms: { confirm: "args.iban" }, requestedBy: undefined, args: { iban: "GB29" }, proposal, decisions: [], redact: undefined, ...over }; // prettier-ignore
}

function signature(decision: Decision): DecisionRecord {
  return { decision, by, at: 0, via: undefined, digest: "d", signature: undefined };
}

describe("a signature under terms that want something typed", () => {
  it("counts only with it, whatever the terms were when it was given", () => {
    for (const [decision, counts] of [
      [approve(), false],
      [approve({ confirm: "GB30" }), false],
      [approve({ confirm: "GB29" }), true],
      [edit({ iban: "GB29" }, { confirm: "GB29" }), true],
    ] as const) {
      const signed = request({ decisions: [signature(decision)] });
      // Whoever signed without it may sign once more: it isn't the same vote.
      expect([isComplete(signed), hasSigned(by, signed)]).toEqual([counts, counts]);
    }
  });

  it("is of the arguments that stand, not of the model's", () => {
    const proposal = { digest: "d", by: undefined, args: { iban: "GB30" } };
    expect(isConfirmed(request({ proposal }), approve({ confirm: "GB30" }))).toBe(true);
    expect(isConfirmed(request({ proposal }), approve({ confirm: "GB29" }))).toBe(false);
  });

  it("can't be given for what reviewers see masked: it would be a way to try values, and leave one in the trail", () => {
    for (const redact of [["args.iban"], ["args.*"], ["args.iban.country"]])
      expect(isConfirmed(request({ redact }), approve({ confirm: "GB29" }))).toBe(false);
    expect(isConfirmed(request({ redact: ["args.amount"] }), approve({ confirm: "GB29" }))).toBe(true);
  });
});

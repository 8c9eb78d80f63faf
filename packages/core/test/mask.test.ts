import fc from "fast-check";
import { expect, it } from "vitest";
import type { JsonObject } from "../src/contract/json.ts";
import { MASK, masked, unmasked } from "../src/contract/mask.ts";

const lists = { payees: [{ iban: "1", to: "A" }, { iban: "2", to: "B" }] }; // prettier-ignore
it.each([
  [
    "args.payees.*.iban",
    {
      payees: [
        { iban: MASK, to: "A" },
        { iban: MASK, to: "B" },
      ],
    },
  ],
  [
    "args.payees.1.iban",
    {
      payees: [
        { iban: "1", to: "A" },
        { iban: MASK, to: "B" },
      ],
    },
  ],
  ["args.payees.iban", { payees: MASK }],
  [
    "args.payees.*.iban.country",
    {
      payees: [
        { iban: MASK, to: "A" },
        { iban: MASK, to: "B" },
      ],
    },
  ],
  ["args.payees", { payees: MASK }],
  ["args.payee.iban", lists],
  ["args.*", { payees: MASK }],
])("%s masks rather too much than too little", (path, shown) => {
  expect(masked(lists, [path])).toEqual(shown);
  expect(unmasked(masked(lists, [path]), lists, [path])).toEqual({ args: lists, lost: [] });
});

it("never puts the value of one element into another", () => {
  const redact = ["args.payees.*.iban"];
  const shown = masked(lists, redact) as { payees: { iban: string; to: string }[] };
  const lostBy = (payees: unknown[]) => unmasked({ payees }, lists, redact).lost.length;
  const [a, b] = shown.payees;
  expect([lostBy([b, a]), lostBy([b]), lostBy([a, b, b]), lostBy([a, a])].every((lost) => lost > 0)).toBe(true);
  expect(unmasked({ payees: [{ ...a, to: "C" }, b] }, lists, redact).args).toEqual({ payees: [{ iban: "1", to: "C" }, lists.payees[1]] });
  expect(lostBy([{ iban: "3", to: "B" }, { iban: "1", to: "A" }])).toBe(0); // prettier-ignore
});

it("takes elements that were changed and may have changed places for moved", () => {
  const redact = ["args.payees.*.iban"];
  const payees = [{ iban: "1", to: "A", amount: 1 }, { iban: "2", to: "B", amount: 2 }, { iban: "3", to: "C", amount: 3 }]; // prettier-ignore
  const [a, b, c] = (masked({ payees }, redact) as { payees: typeof payees }).payees.map((item) => ({ ...item }));
  const result = (edited: unknown[]) => unmasked({ payees: edited }, { payees }, redact);
  for (const swapped of [[{ ...b, to: "B " }, { ...a, to: "A " }, c], [a, { ...c, amount: 9 }, { ...b, amount: 8 }]]) expect(result(swapped).lost.length).toBeGreaterThan(0); // prettier-ignore
  // Two texts of one member each: nobody can tell a swap from two changes.
  expect(unmasked({ payees: [{ iban: MASK, to: "B " }, { iban: MASK, to: "A " }] }, lists, redact).lost).toHaveLength(2); // prettier-ignore
  expect(result([{ ...a, amount: 7 }, { ...b, amount: 8 }, c])).toEqual({
    args: { payees: [{ ...payees[0], amount: 7 }, { ...payees[1], amount: 8 }, payees[2]] },
    lost: [],
  });
});

const key = fc.constantFrom("a", "b", "0", "__proto__");
const { object } = fc.letrec<{ any: unknown; object: JsonObject }>((tie) => ({
  any: fc.oneof({ maxDepth: 4 }, fc.constantFrom("secret", MASK, null, 7), fc.array(tie("any"), { maxLength: 3 }), tie("object")),
  object: fc.array(fc.tuple(key, tie("any")), { maxLength: 4 }).map((entries): JsonObject => Object.fromEntries(entries)),
}));
const path = fc.array(fc.oneof(key, fc.constant("*")), { minLength: 1, maxLength: 3 }).map((keys) => ["args", ...keys].join("."));

it("gives everything back that was left as it was shown, and hides no less the second time", () => {
  fc.assert(
    fc.property(object, fc.array(path, { minLength: 1, maxLength: 3 }), (args, redact) => {
      const shown = masked(args, redact);
      expect(unmasked(shown, args, redact)).toEqual({ args, lost: [] });
      expect(masked(shown, redact)).toEqual(shown);
    }),
  );
});

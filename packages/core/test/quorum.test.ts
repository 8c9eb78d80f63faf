// What is missing of a quorum, held against every way to give each signer one place.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Principal } from "../src/contract/principal.ts";
import { groupsText, missingFrom, withInvitations } from "../src/contract/quorum.ts";
import type { QuorumGroup, ReviewTerms } from "../src/contract/terms.ts";
import { termsAt } from "../src/store/notices.ts";

const ids = ["ann", "bob", "cem", "dana"] as const;
const roles = ["finance", "cfo", "legal"] as const;
const some = <T>(of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 2 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const count = maybe(fc.integer({ min: 1, max: 3 }));
const group: fc.Arbitrary<QuorumGroup> = fc.oneof(
  fc.record({ roles: some(roles), count }),
  fc.record({ reviewers: some(ids), count }),
  fc.record({ roles: some(roles), reviewers: some(ids), count }),
);
const escalatedBy = (terms: ReviewTerms, more: readonly string[]): ReviewTerms =>
  termsAt({ terms: { ...terms, escalate: { after: "1h", roles: more } }, askedAt: 0 }, 3_600_000);
const grouped: fc.Arbitrary<ReviewTerms> = fc
  .record({ groups: fc.array(group, { minLength: 1, maxLength: 3 }), escalated: fc.uniqueArray(fc.constantFrom("board", ...roles)) })
  .map(({ groups, escalated }) => {
    const terms = withInvitations({ quorum: groups });
    return escalated.length > 0 ? escalatedBy(terms, escalated) : terms;
  });
const counted: fc.Arbitrary<ReviewTerms> = fc.record({ roles: maybe(some(roles)), reviewers: maybe(some(ids)), quorum: count });

const signers: fc.Arbitrary<readonly Principal[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...ids, "eve", "fay", "bot"),
    aliases: maybe(fc.constantFrom(["ann"], ["dana"])),
    roles: maybe(fc.uniqueArray(fc.constantFrom("board", ...roles))),
    kind: fc.constantFrom(undefined, "person", "person", "service", "automation"),
  }),
  { selector: ({ id }) => id, maxLength: 6 },
);

interface Place {
  readonly group: number;
  readonly takes: (signer: Principal) => boolean;
}

/** The text of the terms, said once more and slowly. */
function placesOf(terms: ReviewTerms): readonly Place[] {
  const { quorum = 1, roles: all, reviewers: named } = terms;
  const has = (signer: Principal, wanted: readonly string[] = []) => wanted.some((role) => signer.roles?.includes(role));
  const goesBy = (signer: Principal, wanted: readonly string[] = []) =>
    [signer.id, ...(signer.aliases ?? [])].some((id) => wanted.includes(id));
  const isPerson = ({ kind }: Principal) => kind !== "service" && kind !== "automation";
  if (typeof quorum === "number") {
    const takes = (signer: Principal) => goesBy(signer, named) || (isPerson(signer) && ((!all && !named) || has(signer, all)));
    return Array.from({ length: quorum }, () => ({ group: 0, takes }));
  }
  return quorum.flatMap((group, index) => {
    const takes = (signer: Principal) => goesBy(signer, group.reviewers) || (isPerson(signer) && has(signer, group.roles));
    return Array.from({ length: group.count ?? 1 }, () => ({ group: index, takes }));
  });
}

/** The most places that these signers can fill, by trying everything. */
function mostFilled(places: readonly Place[], [signer, ...others]: readonly Principal[]): number {
  if (!signer) return 0;
  const without = mostFilled(places, others);
  const taking = places.flatMap((place, index) => (place.takes(signer) ? [1 + mostFilled(places.toSpliced(index, 1), others)] : []));
  return Math.max(without, ...taking);
}

const total = (groups: readonly QuorumGroup[]) => groups.reduce((sum, { count: each = 1 }) => sum + each, 0);

describe("what is missing of a quorum", () => {
  it.each([
    ["groups", grouped],
    ["a number", counted],
  ])("is what no way to place the signers fills: %s", (_, made) => {
    let [enough, tooFew] = [0, 0];
    fc.assert(
      fc.property(made, signers, (terms, signed) => {
        const places = placesOf(terms);
        const missing = missingFrom(terms, signed);
        expect(total(missing)).toBe(places.length - mostFilled(places, signed));
        if (missing.length === 0) enough++;
        else tooFew++;
      }),
      { numRuns: 2_000 },
    );
    expect([enough > 50, tooFew > 50]).toEqual([true, true]);
  });

  it("names groups such that whoever they name helps", () => {
    fc.assert(
      fc.property(grouped, signers, (terms, signed) => {
        const missing = missingFrom(terms, signed);
        for (const { roles: of } of missing) {
          if (of) expect(total(missingFrom(terms, [...signed, { id: "new", roles: of }]))).toBe(total(missing) - 1);
        }
      }),
    );
  });

  it("takes a role that an escalation added for any group, and anybody still where anybody may sign", () => {
    const terms = withInvitations({ quorum: [{ roles: ["finance"] }, { roles: ["cfo"] }, {}] });
    const ceo = { id: "cy", roles: ["ceo"] };
    const two = [{ id: "di", roles: ["ceo"] }, { id: "ed" }];
    expect(missingFrom(terms, [ceo, ...two])).toHaveLength(2);
    expect(missingFrom(escalatedBy(terms, ["ceo"]), [ceo, ...two])).toEqual([]);
    expect(escalatedBy(terms, ["ceo"])).not.toHaveProperty("roles", ["ceo"]);
  });

  it("counts two groups of one and the same object as two", () => {
    const finance = { roles: ["finance"] };
    const ann = { id: "ann", roles: ["finance"] };
    expect(missingFrom(withInvitations({ quorum: [finance, finance] }), [ann])).toEqual([{ roles: ["finance"], count: 1 }]);
  });

  it("is said with counts", () => {
    expect(groupsText([{ roles: ["finance"], count: 2 }, { roles: ["cfo"], reviewers: ["dana"] }, { count: 1 }])).toBe("2 of finance, 1 of cfo or dana, 1 more"); // prettier-ignore
  });
});

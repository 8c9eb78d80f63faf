// An edit keeps the terms under which the call was asked, or tightens them. Held against the check that signatures go through.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Principal } from "../src/contract/principal.ts";
import { isInvited, missingFrom, withInvitations } from "../src/contract/quorum.ts";
import { decisionsOf, durationMs, rememberable, termsSchema, type ReviewTerms } from "../src/contract/terms.ts";
import { tightened } from "../src/policy/tighten.ts";
import { termsAt } from "../src/store/notices.ts";

const ids = ["ann", "bob", "cem", "dee"] as const;
const roles = ["finance", "cfo", "legal"] as const;
const times = ["1h", "2h", 10_800_000] as const;
const types = ["approve", "edit", "reject"] as const;
const some = <T>(of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });

const group = fc
  .record({ roles: maybe(some(roles)), reviewers: maybe(some(ids)), count: maybe(fc.integer({ min: 1, max: 2 })) })
  .filter(({ roles, reviewers }) => roles !== undefined || reviewers !== undefined);
const grouped: fc.Arbitrary<ReviewTerms> = fc
  .record({
    quorum: fc.array(group, { minLength: 1, maxLength: 2 }),
    fourEyes: maybe(fc.boolean()),
    escalate: maybe(fc.record({ after: fc.constantFrom(...times), roles: some(roles) })),
  })
  .filter((made) => termsSchema.safeParse(made).success)
  .map(withInvitations);
const terms: fc.Arbitrary<ReviewTerms> = fc
  .record({
    roles: maybe(some(roles)),
    reviewers: maybe(some(ids)),
    quorum: maybe(fc.integer({ min: 1, max: 3 })),
    fourEyes: maybe(fc.boolean()),
    expiresIn: maybe(fc.constantFrom(...times)),
    executeWithin: maybe(fc.constantFrom(...times)),
    decisions: maybe(some(types)),
    escalate: maybe(fc.record({ after: fc.constantFrom(...times), roles: some(roles) })),
    remember: maybe(fc.oneof(fc.constant("never" as const), some(["exact-args", "tool"] as const))),
  })
  .filter((made) => termsSchema.safeParse(made).success);
const escalating: fc.Arbitrary<ReviewTerms> = fc.record({
  roles: some(roles),
  escalate: maybe(fc.record({ after: fc.constantFrom(...times), roles: some(roles) })),
});
const person: fc.Arbitrary<Principal> = fc.record({ id: fc.constantFrom(...ids), roles: fc.uniqueArray(fc.constantFrom(...roles)) });
const signature = fc.record({
  by: person,
  at: fc.constantFrom(0, 5_400_000, 9_000_000),
  type: fc.constantFrom("approve" as const, "edit" as const),
});
const signatures = fc.uniqueArray(signature, { maxLength: 4, selector: ({ by }) => by.id });

type Signature = { readonly by: Principal; readonly at: number; readonly type: "approve" | "edit" };

/**
 * Are they enough when the last one is given, by whoever may sign then? `early`: those given before are taken as they were, as a
 * request has them. Under other terms somebody may have had to wait for an escalation, and counts once it has come.
 */
function isAccepted(under: ReviewTerms, requestedBy: Principal | undefined, given: readonly Signature[], early: boolean): boolean {
  const expiresAt = durationMs(under.expiresIn ?? "72h") ?? 0;
  const last = Math.max(0, ...given.map(({ at }) => at));
  const at = (time: number): ReviewTerms => termsAt({ terms: under, askedAt: 0 }, time);
  const good = given.filter(({ by, at: time, type }) => {
    const isAsker = under.fourEyes === true && by.id === requestedBy?.id;
    return time < expiresAt && !isAsker && isInvited(by, at(early ? time : last)) && decisionsOf(under).includes(type);
  });
  return missingFrom(at(Math.max(0, ...(early ? good : given).map(({ at: time }) => time))), good.map(({ by }) => by)).length === 0; // prettier-ignore
}

const said = (made: ReviewTerms): ReviewTerms => JSON.parse(JSON.stringify(made)) as ReviewTerms;

describe("tightened terms", () => {
  it.each([
    ["any terms", terms],
    ["terms that escalate", escalating],
    ["groups", grouped],
    ["groups and others", fc.oneof(grouped, terms)],
  ])("accept no set of signatures that either of the two refuses: %s", (_, made) => {
    let accepted = 0;
    fc.assert(
      fc.property(made, made, maybe(person), signatures, (asked, here, requestedBy, given) => {
        const result = tightened(asked, here, requestedBy);
        if (!result || !isAccepted(result, requestedBy, given, true)) return;
        accepted++;
        expect([asked, here].map((under) => isAccepted(under, requestedBy, given, false))).toEqual([true, true]);
      }),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(50);
  });

  it("are terms that can be read again, run no later and leave no more behind", () => {
    fc.assert(
      fc.property(terms, terms, maybe(person), (asked, here, requestedBy) => {
        const result = tightened(asked, here, requestedBy);
        if (!result) return;
        expect(termsSchema.safeParse(result).success).toBe(true);
        const runsWithin = ({ executeWithin }: ReviewTerms) => (executeWithin === undefined ? Infinity : durationMs(executeWithin));
        expect(runsWithin(result)).toBeLessThanOrEqual(Math.min(runsWithin(asked) ?? 0, runsWithin(here) ?? 0));
        for (const scope of rememberable(result)) expect([rememberable(asked), rememberable(here)]).toEqual([expect.arrayContaining([scope]), expect.arrayContaining([scope])]); // prettier-ignore
      }),
    );
  });

  it("stay what they are under the same terms, and under terms that ask for nothing", () => {
    const requester = { id: "somebody else" };
    fc.assert(
      fc.property(terms, (asked) => {
        // An escalation to a role that may sign already adds nobody.
        const { escalate, ...kept } = asked;
        expect(tightened(asked, asked, requester)).toMatchObject(said(kept));
        const { remember, ...signed } = asked;
        expect(tightened(asked, {}, requester)).toMatchObject(said(signed));
      }),
    );
  });

  it.each<[string, ReviewTerms, ReviewTerms, ReviewTerms | undefined]>([
    ["the larger quorum", { quorum: 2 }, { quorum: 3 }, { quorum: 3 }],
    ["a quorum that only one has", { quorum: 2 }, {}, { quorum: 2 }],
    ["the roles of both", { roles: ["finance", "cfo"] }, { roles: ["cfo", "legal"] }, { roles: ["cfo"] }],
    ["roles where anyone could", {}, { roles: ["cfo"] }, { roles: ["cfo"] }],
    ["the names of both", { reviewers: ["ann", "bob"] }, { reviewers: ["bob"], roles: ["cfo"] }, { reviewers: ["bob"] }],
    [
      "the signatures of both where no role is in common",
      { roles: ["finance"] },
      { roles: ["cfo"] },
      {
        roles: ["cfo", "finance"],
        quorum: [
          { roles: ["cfo"], count: 1 },
          { roles: ["finance"], count: 1 },
        ],
      },
    ],
    [
      "a signature that both count, and what is left",
      { roles: ["finance", "cfo"], quorum: 2 },
      { roles: ["cfo"] },
      {
        quorum: [
          { roles: ["cfo"], count: 1 },
          { roles: ["finance", "cfo"], count: 1 },
        ],
      },
    ],
    [
      "the groups that hold the other's",
      { roles: ["finance"] },
      { quorum: [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }] },
      { quorum: [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }] },
    ],
    [
      "as many names as both need",
      { reviewers: ["ann", "bob"], quorum: 2 },
      { reviewers: ["bob", "cem"] },
      {
        quorum: [
          { reviewers: ["bob"], count: 1 },
          { reviewers: ["ann", "bob"], count: 1 },
        ],
      },
    ],
    [
      "too few names for the quorum",
      { reviewers: ["ann"] },
      { reviewers: ["ann", "bob"], quorum: 2, fourEyes: true, decisions: ["approve"] },
      {
        quorum: [
          { reviewers: ["ann"], count: 1 },
          { reviewers: ["ann", "bob"], count: 1 },
        ],
      },
    ],
    ["too few names but for whoever asked", { reviewers: ["ann", "asker"], quorum: 2 }, { fourEyes: true }, undefined],
    [
      "each path that is confirmed",
      { confirm: "args.amount" },
      { confirm: ["args.iban", "args.amount"] },
      { confirm: ["args.amount", "args.iban"] },
    ],
    ["no batch unless both allow it", { batch: true }, {}, { batch: undefined }],
    ["nobody but whoever asked", { reviewers: ["ann", "asker"] }, { reviewers: ["asker"], fourEyes: true }, undefined],
    ["no kind of decision", { decisions: ["approve"] }, { decisions: ["edit", "reject"] }, undefined],
    ["the kinds of both", { decisions: ["edit", "reject"] }, { decisions: ["approve", "edit"] }, { decisions: ["edit"] }],
    ["the shorter times", { expiresIn: "2h", executeWithin: "1h" }, { expiresIn: "1h" }, { expiresIn: "1h", executeWithin: "1h" }],
    ["the usual 72 hours", { expiresIn: "7d" }, {}, { expiresIn: undefined }],
    ["four eyes", {}, { fourEyes: true }, { fourEyes: true }],
    [
      "an escalation to a role that signs in both once it has come",
      { roles: ["finance"], escalate: { after: "1h", roles: ["cfo", "legal"] } },
      { roles: ["finance", "cfo"], escalate: { after: "2h", roles: ["board"] } },
      { roles: ["finance"], escalate: { after: "2h", roles: ["cfo"] } },
    ],
    ["nothing to remember", { remember: ["tool"] }, {}, { remember: "never" }],
  ])("have %s", (_, asked, here, result) => {
    const found = tightened(asked, here, { id: "asker" });
    if (!result) return expect(found).toBeUndefined();
    expect(found).toMatchObject(said(result));
    for (const [key, value] of Object.entries(result)) if (value === undefined) expect(found).not.toHaveProperty(key);
  });
});

// Random policies (rules, tiers, groups, guard rails, included policies) held against what the documents say of them, in the
// plainest words: every source that speaks of a call is asked by itself, and the policy has to be as strict as all of them.
import fc from "fast-check";
import { expect, it } from "vitest";
import { definePolicy, type Condition, type JsonObject, type Policy, type Principal, type ReviewTerms } from "../src/index.ts";
import { policyInternals } from "../src/policy.ts";

const ROLES = ["finance", "cfo", "legal"] as const;
const NAMES = ["ann", "bob", "cem"] as const;
const TOOLS = ["pay", "pay_all", "billing/pay", "ship"] as const;
const RULES = ["pay", "pay*", "*", "billing/*", "billing/pay"] as const;

const some = <T>(of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 2 });
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
const without = <T extends object>(made: T): T => JSON.parse(JSON.stringify(made)) as T;

const group = fc.oneof(
  fc.record({ roles: some(ROLES), count: maybe(fc.integer({ min: 1, max: 2 })) }),
  fc.record({ reviewers: some(NAMES) }),
);
const review: fc.Arbitrary<ReviewTerms> = fc
  .oneof(
    fc.record({ roles: some(ROLES), quorum: maybe(fc.integer({ min: 1, max: 3 })) }),
    fc.record({ reviewers: some(NAMES) }),
    fc.record({ quorum: fc.array(group, { minLength: 1, maxLength: 2 }) }),
    fc.record({ quorum: fc.constantFrom(1, 2) }),
  )
  .map(without);

/** A condition over the amount, as data: it holds above a limit. */
const limit = fc.integer({ min: 0, max: 9 });
interface Tier { readonly above: number; readonly review: ReviewTerms } // prettier-ignore
interface Rule { readonly deny?: number | undefined; readonly ask: readonly Tier[]; readonly isList: boolean } // prettier-ignore
interface Rail { readonly tools?: readonly string[] | undefined; readonly above: number; readonly denies: boolean; readonly review: ReviewTerms } // prettier-ignore
interface Layer {
  readonly default?: "allow" | "ask" | "deny" | undefined;
  readonly review?: ReviewTerms | undefined;
  readonly rules: Readonly<Record<string, Rule>>;
  readonly rails: readonly Rail[];
}

const tier: fc.Arbitrary<Tier> = fc.record({ above: limit, review });
const rule: fc.Arbitrary<Rule> = fc.record({ deny: maybe(limit), ask: fc.array(tier, { minLength: 1, maxLength: 3 }), isList: fc.constant(true) }); // prettier-ignore
const rail: fc.Arbitrary<Rail> = fc.record({ tools: maybe(some(["pay", "ship", "billing/*"])), above: limit, denies: fc.nat(3).map((n) => n === 0), review }); // prettier-ignore
const layer: fc.Arbitrary<Layer> = fc.record({
  default: maybe(fc.constantFrom("allow", "ask", "deny")),
  review: maybe(review),
  rules: fc.dictionary(fc.constantFrom(...RULES), rule, { maxKeys: 3, noNullPrototype: true }),
  rails: fc.array(rail, { maxLength: 2 }),
});

function built(given: Layer, include: readonly Policy[]): Policy {
  const above = (n: number): Condition<JsonObject, unknown> => ({ args }) => Number(args["amount"]) > n; // prettier-ignore
  const tools = Object.fromEntries(
    Object.entries(given.rules).map(([name, { deny, ask }]) => [
      name,
      { ask: ask.map((each) => ({ when: above(each.above), review: each.review })), ...(deny !== undefined && { deny: above(deny) }) },
    ]),
  );
  const always = given.rails.map(({ tools: names, above: n, denies, review: terms }) => ({
    ...(names && { tools: names }),
    when: above(n),
    ...(denies ? { deny: true as const } : { ask: true as const, review: terms }),
  }));
  return definePolicy({ ...(given.default && { default: given.default }), ...(given.review && { review: given.review }), always, include, tools }); // prettier-ignore
}

/** The most specific name that is about the tool, by the text of the documents: namespaced before plain, exact before wildcards, longer before shorter. */
function ruleOf({ rules }: Layer, tool: string): readonly [string, Rule] | undefined {
  const plain = tool.split("/").at(-1) ?? tool;
  const matches = (name: string, address: string) => new RegExp(`^${name.replaceAll("*", ".*")}$`).test(address);
  const named = Object.entries(rules).filter(([name]) => matches(name, tool) && (name.includes("/") || !tool.includes("/") || name.includes("*"))); // prettier-ignore
  const rank = (name: string) => [name.includes("/"), !name.includes("*"), name.replaceAll("*", "").length].map(Number);
  const best = (found: readonly (readonly [string, Rule])[]) => [...found].sort(([a], [b]) => rank(b).join() < rank(a).join() ? -1 : 1)[0]; // prettier-ignore
  if (!tool.includes("/")) return best(named);
  return best(named.filter(([name]) => name.includes("/"))) ?? best(Object.entries(rules).filter(([name]) => !name.includes("/") && matches(name, plain))); // prettier-ignore
}

/** What one source says of a call, by itself. */
type Said = "allow" | "deny" | { readonly terms: ReviewTerms };

function saidOf(layers: readonly Layer[], tool: string, amount: number): readonly Said[] {
  const said: Said[] = [];
  let isNamed = false;
  // What included policies say at their top holds for all that the including one asks.
  const tops = layers.slice(1).flatMap(({ review: terms }) => (terms ? [{ terms }] : []));
  const ask = (from: Layer, terms: ReviewTerms) => said.push({ terms }, ...(from === layers[0] ? tops : []));
  for (const each of layers) {
    const found = ruleOf(each, tool);
    if (!found) continue;
    const [name, { deny, ask: tiers }] = found;
    const denied = deny !== undefined && amount > deny;
    const asked = tiers.find(({ above }) => amount > above);
    // A name without a namespace allows only tools that have none.
    const mayAllow = !tool.includes("/") || name.includes("/");
    if (denied || asked || mayAllow) isNamed = true;
    if (denied) said.push("deny");
    else if (asked) ask(each, over(each.review, asked.review));
  }
  if (!isNamed) {
    const written = layers.flatMap((each) => each.default ?? []);
    const strictest = written.includes("deny") ? "deny" : written.includes("ask") || written.length === 0 ? "ask" : "allow";
    if (strictest === "ask" && layers[0]) ask(layers[0], layers[0].review ?? {});
    else if (strictest !== "ask") said.push(strictest);
  }
  for (const each of layers)
    for (const { tools, above, denies, review: terms } of each.rails) {
      const isAbout = tools?.some((name) => [tool, tool.split("/").at(-1)].some((one) => new RegExp(`^${name.replaceAll("*", ".*")}$`).test(one ?? ""))) ?? true; // prettier-ignore
      if (!isAbout || amount <= above) continue;
      if (denies) said.push("deny");
      else ask(each, terms);
    }
  return said;
}

/** Terms of a tier over those at the top: whoever is named by groups stands for all of it. */
function over(top: ReviewTerms = {}, own: ReviewTerms): ReviewTerms {
  const { roles, reviewers, quorum, ...others } = top;
  if (Array.isArray(own.quorum) || (Array.isArray(quorum) && (own.roles ?? own.reviewers))) return { ...others, ...own };
  if (!Array.isArray(quorum) || own.quorum === undefined) return { ...top, ...own };
  const groups = quorum as readonly { readonly roles?: readonly string[]; readonly reviewers?: readonly string[] }[];
  const named = { roles: groups.flatMap((each) => each.roles ?? []), reviewers: groups.flatMap((each) => each.reviewers ?? []) };
  return { ...others, ...named, ...own };
}

/** Every way to give each signer one place is tried. */
function accepts({ quorum = 1, roles, reviewers }: ReviewTerms, signers: readonly Principal[]): boolean {
  const groups = typeof quorum === "number" ? [{ roles, reviewers, count: quorum }] : quorum;
  const isIn = (by: Principal, named: { readonly roles?: readonly string[] | undefined; readonly reviewers?: readonly string[] | undefined }) =>
    (named.roles === undefined && named.reviewers === undefined) || named.reviewers?.includes(by.id) || by.roles?.some((role) => named.roles?.includes(role)); // prettier-ignore
  const places = groups.flatMap(({ count = 1, ...named }) => Array.from({ length: count }, () => named));
  const fill = (at: number, left: readonly Principal[]): boolean =>
    at === places.length || left.some((by) => isIn(by, places[at] ?? {}) && fill(at + 1, left.filter((other) => other !== by))); // prettier-ignore
  return fill(0, signers);
}

const person: fc.Arbitrary<Principal> = fc.record({
  id: fc.constantFrom(...NAMES, "dee"),
  roles: fc.uniqueArray(fc.constantFrom(...ROLES)),
});
const signers = fc.uniqueArray(person, { maxLength: 4, selector: ({ id }) => id });
const everybody: readonly Principal[] = [
  ...NAMES.map((id) => ({ id })),
  ...ROLES.flatMap((role) => Array.from({ length: 15 }, (_, n) => ({ id: `${role}-${n}`, roles: [role] }))),
];

it("as strict as every source that speaks of the call, and no stricter than it has to be", () => {
  const seen = { allow: 0, ask: 0, deny: 0, accepted: 0 };
  fc.assert(
    fc.property(
      layer,
      fc.array(layer, { maxLength: 2 }),
      fc.constantFrom(...TOOLS),
      limit,
      fc.array(signers, { minLength: 8, maxLength: 8 }),
      (own, others, address, amount, tries) => {
        const layers = [own, ...others];
        let policy: Policy;
        try {
          policy = built(
            own,
            others.map((each) => built(each, [])),
          );
        } catch (error) {
          // Terms of two places that contradict each other are refused: this test is about those that don't.
          expect(String(error)).toMatch(
            /quorum outside names groups|more people than they name|more signatures than there are reviewers|Nobody could sign/i,
          );
          return;
        }
        const [tool = "", namespace] = address.split("/").reverse();
        const judgement = policyInternals(policy)?.judge({
          tool,
          ...(namespace && { namespace }),
          args: { amount },
          threadId: "t",
          agent: "a",
        });
        const verdict = judgement?.verdict;
        const said = saidOf(layers, address, amount);
        const asking = said.flatMap((each) => (typeof each === "object" ? [each.terms] : []));
        const expected = said.includes("deny") ? "deny" : asking.length > 0 ? "ask" : "allow";
        expect(verdict?.type).toBe(expected);
        seen[expected]++;
        if (verdict?.type !== "ask") return;
        for (const each of tries) {
          if (!accepts(verdict.terms, each)) continue;
          seen.accepted++;
          for (const terms of asking) expect({ terms, each, accepted: accepts(terms, each) }).toEqual({ terms, each, accepted: true });
        }
        expect(accepts(verdict.terms, everybody)).toBe(true);
      },
    ),
    { numRuns: 3_000 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

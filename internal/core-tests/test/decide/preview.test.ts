// What a decision would make of a request, found out without deciding.
import {
  approve,
  confirmedPaths,
  createGate,
  definePolicy,
  edit,
  isCountersignError,
  reject,
  type ApprovalRequest,
  type Decision,
  type JsonObject,
  type Principal,
  type ReviewTerms,
  type Store,
} from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { memoryStore } from "@countersign/memory";
import { sqliteStore } from "@countersign/sqlite";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { askedUnder, errorOf, person } from "./asked.ts";

const HOUR = 3_600_000;
const PEOPLE: readonly Principal[] = [
  person("asker", "finance"),
  person("ann", "finance"),
  person("bob", "finance", "cfo"),
  person("cleo", "legal"),
  { id: "bot", kind: "automation" },
];
const IBAN = "DE89370400440532013000";

/** The same numbers for the same seed. */
function diceOf(seed: number) {
  let state = seed * 2_654_435_761 + 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  next();
  const one = <T>(...of: readonly T[]): T => of[Math.floor(next() * of.length)] as T;
  return { one, often: (chance: number): boolean => next() < chance };
}
type Dice = ReturnType<typeof diceOf>;

function termsOf({ one, often }: Dice): ReviewTerms {
  return {
    ...(often(0.7) && { roles: one(["finance"], ["cfo"], ["finance", "legal"]) }),
    ...(often(0.2) && { reviewers: one(["bot"], ["ann"]) }),
    ...(often(0.4) && { quorum: one<ReviewTerms["quorum"]>(2, [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }]) }),
    ...(often(0.3) && { fourEyes: true }),
    ...(often(0.3) && { confirm: one("args.amount", "args.amount", "args.note") }),
    ...(often(0.2) && { decisions: one<ReviewTerms["decisions"]>(["approve", "reject"], ["approve", "edit"], ["edit", "reject"]) }),
    ...(often(0.3) && { expiresIn: one<"1h" | "3h">("1h", "3h") }),
    ...(often(0.3) && { escalate: { after: one<"1h" | "2h">("1h", "2h"), roles: ["legal"] } }),
    ...(often(0.3) && { remind: one<readonly "1h"[]>(["1h"]) }),
    ...(often(0.3) && { batch: true }),
    ...(often(0.3) && { remember: one<ReviewTerms["remember"]>(["exact-args"], ["exact-args", "tool"]) }),
  };
}

function argsOf({ one, often }: Dice): JsonObject {
  return {
    to: one("Acme", "Evil"),
    amount: one<unknown>(5, 5, 60, 500, 5_000, "many", -1),
    ...(often(0.9) && { iban: one(IBAN, "•••", "GB29") }),
    ...(often(0.1) && { list: ["•••"] }),
  };
}

function decisionOf(dice: Dice): Decision {
  const { one, often } = dice;
  const remember = often(0.2) ? { remember: { scope: one<"exact-args" | "tool">("exact-args", "tool") } } : {};
  const type = one("edit", "edit", "edit", "approve", "approve", "reject");
  if (type === "reject") return reject("no", remember);
  return type === "approve" ? approve(remember) : { ...edit(argsOf(dice)), ...remember };
}

/** The decision as somebody signs it who types what they are asked for. */
function typedIn(decision: Decision, terms: ReviewTerms, args: JsonObject): Decision {
  const paths = confirmedPaths(terms);
  if (decision.type === "reject" || paths.length === 0) return decision;
  const confirm = Object.fromEntries(paths.map((path) => [path, args[path.slice("args.".length)] as string | number]));
  return { ...decision, confirm };
}

const outcomeOf = (work: Promise<ApprovalRequest>): Promise<unknown> =>
  work.then(
    (request) => request,
    (error: unknown) => (isCountersignError(error) ? { code: error.code, details: error.details } : error),
  );

/** A request with a past, and what somebody says of it then. */
async function situation(seed: number, storeOf: (now: () => number) => Store) {
  const dice = diceOf(seed);
  const { one, often } = dice;
  const start = Date.now();
  let skipped = 0;
  const now = (): number => start + skipped;
  const store = storeOf(now) as StorePort;
  const above = (limit: number) => ({ args }: { readonly args: { readonly amount: number } }) => args.amount > limit; // prettier-ignore
  const policyOf = () =>
    definePolicy({
      review: often(0.3) ? termsOf(dice) : {},
      tools: {
        pay: {
          args: z.object({
            to: z.string(),
            amount: z.number(),
            iban: z.string().default(IBAN),
            list: z.array(z.string()).optional(),
            note: z.string().optional(),
          }),
          deny: above(1_000),
          ask: often(0.5)
            ? [
                { when: above(100), review: termsOf(dice) },
                { when: above(1), review: termsOf(dice) },
              ]
            : true,
          ...(often(0.5) && { review: termsOf(dice) }),
          ...(often(0.6) && { redact: ["args.iban"] }),
          describe: ({ args }) => ({ title: `Pay ${args.to} $${args.amount}` }),
        },
      },
    });
  const agent = createGate({ policy: policyOf(), store, now, warn: () => {} });
  const desk = createGate({ ...(often(0.6) && { policy: often(0.7) ? agent.policy : policyOf() }), store, now, warn: () => {} });
  const args = { to: "Acme", amount: one(60, 500), iban: IBAN };
  const asked = await agent.ask({ threadId: "t", key: "k", tool: "pay", args, requestedBy: PEOPLE[0] });
  if (asked.status !== "pending") return undefined;
  const { id } = asked;
  const seen = async (): Promise<ApprovalRequest> => (await desk.get(id)) as ApprovalRequest;
  for (let acts = one(0, 1, 1, 2); acts > 0; acts--) {
    await desk.decide(await seen(), decisionOf(dice), { by: one(...PEOPLE) }).catch(() => {});
    if (often(0.3)) skipped += one(HOUR, 2 * HOUR);
  }
  if (often(0.1)) await desk.cancel(id, { by: { id: "asker" }, reason: "not needed" }).catch(() => {});
  const shown = often(0.7) ? await seen() : { id, digest: asked.request.proposal.digest };
  const options = { by: one(...PEOPLE), ...(often(0.2) && { batch: "together" }) };
  return { desk, store, id, shown, decision: decisionOf(dice), options, args };
}

/** What has to come up, or the situations are worth nothing. */
const KINDS = ["edit, then approved", "edit, then pending", "approve, then approved", "approve, then pending", "reject, then rejected"];
const CODES = ["NOT_AUTHORIZED", "SELF_REVIEW", "ALREADY_DECIDED", "EXPIRED", "ARGS_CHANGED", "DECISION_NOT_ALLOWED", "NOT_CONFIRMED", "INVALID_ARGS", "POLICY_DENIED"]; // prettier-ignore

describe.each([
  ["memory", (now: () => number) => memoryStore({ now }), 1_500, [...KINDS, ...CODES]],
  ["SQLite", () => sqliteStore(":memory:"), 300, ["edit, then approved", "EXPIRED"]],
] as const)("on %s", (_name, storeOf, seeds, kinds) => {
  it("a preview says what the decision then does, or refuses it with the same error, and writes nothing", async () => {
    const met = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const made = await situation(seed, storeOf).catch(unlessInvalid);
      if (!made) continue;
      const { desk, store, id, shown, decision, options } = made;
      const look = async () => [await store.getRequest("default", id), await store.getThread("default", "t"), await Array.fromAsync(desk.history(id)), await desk.grants()]; // prettier-ignore
      const before = await look();
      const foreseen = (await outcomeOf(desk.preview(shown, decision, options))) as ApprovalRequest | { readonly code: string };
      expect(await look(), `seed ${seed}`).toEqual(before);
      const signed = "code" in foreseen ? decision : typedIn(decision, foreseen.terms, wholeArgs(before[0], decision));
      const came = await outcomeOf(desk.decide(shown, signed, options));
      expect(came, `seed ${seed}`).toEqual(foreseen);
      const kind = "code" in foreseen ? foreseen.code : `${decision.type}, then ${foreseen.status}`;
      met.set(kind, (met.get(kind) ?? 0) + 1);
      await store[Symbol.asyncDispose]?.();
    }
    expect([...met.keys()]).toEqual(expect.arrayContaining([...kinds]));
  });
});

/** Terms that contradict each other are no policy. */
function unlessInvalid(error: unknown): undefined {
  if (!isCountersignError(error, "POLICY_INVALID")) throw error;
}

/** The arguments that would be signed, as the record has them. */
function wholeArgs(record: unknown, decision: Decision): JsonObject {
  const { args, proposal } = record as { readonly args: JsonObject; readonly proposal: { readonly args?: JsonObject } };
  const standing = proposal.args ?? args;
  if (decision.type !== "edit") return standing;
  const edited = decision.args as JsonObject;
  return edited["iban"] === "•••" ? { ...edited, iban: standing["iban"] } : edited;
}

it("what has to be typed counts as typed, and is asked for when it is signed", async () => {
  const { gate, request } = await askedUnder({ roles: ["finance"], confirm: "args.amount" });
  const by = person("ann", "finance");
  const mine = edit({ amount: 4_000 });
  expect(await gate.preview(request, mine, { by })).toMatchObject({ status: "approved", approvedArgs: { amount: 4_000 } });
  expect(await errorOf(gate.decide(request, mine, { by }))).toMatchObject({ code: "NOT_CONFIRMED" });
});

it("what nobody could type is refused at once", async () => {
  const { gate, request } = await askedUnder({ roles: ["finance"], confirm: "args.list" }, { args: { list: ["a", "b"] } });
  const by = person("ann", "finance");
  expect(await errorOf(gate.preview(request, approve(), { by }))).toMatchObject({ code: "NOT_CONFIRMED", details: { valueless: ["args.list"] } }); // prettier-ignore
});

it("a preview shows hidden values to nobody, not even new ones", async () => {
  const { gate, request } = await askedUnder({ roles: ["finance"] }, { redact: ["args.iban"], args: { amount: 1, iban: IBAN } });
  const by = person("ann", "finance");
  const kept = await gate.preview(request, edit({ amount: 2, iban: "•••" }), { by });
  const changed = await gate.preview(request, edit({ amount: 2, iban: "GB29" }), { by });
  expect(kept.proposal.digest).not.toBe(changed.proposal.digest);
  for (const each of [kept, changed]) expect(each.proposal.args).toEqual({ amount: 2, iban: "•••" });
});

it("it says who previews, and what of", async () => {
  const { gate, request } = await askedUnder({});
  expect(await errorOf(gate.preview(request, approve(), {} as never))).toMatchObject({ code: "INVALID_ARGS", message: expect.stringContaining("gate.preview") as string }); // prettier-ignore
  expect(await errorOf(gate.preview({} as never, approve(), { by: { id: "ann" } }))).toMatchObject({ message: expect.stringContaining("gate.preview") as string }); // prettier-ignore
});

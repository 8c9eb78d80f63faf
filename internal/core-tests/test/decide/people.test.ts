// One person is one person, under however many ids; and a role is for people.
import {
  approve,
  dangerouslyApproveAll,
  createGate,
  definePolicy,
  edit,
  reject,
  type Principal,
  type ReviewTerms,
} from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";
import { Random } from "../model/random.ts";
import { askedUnder, cameTo, errorOf, person } from "./asked.ts";

// The command line knows her as alice, the page by its issuer and subject.
const SUBJECT = "https://id.example.com 117";
const here: Principal = { id: "alice", roles: ["finance", "cfo"] };
const there: Principal = { id: SUBJECT, aliases: ["alice"], roles: ["finance", "cfo"] };
const bob = person("bob", "finance");
/** Each way round: who acts first may be known by one id only, or by both. */
const PAIRS: readonly (readonly [string, Principal, Principal])[] = [
  ["an id, then its alias", here, there],
  ["an alias, then the id", there, here],
  ["two ids with one alias in common", { ...here, id: "a@example.com", aliases: ["alice"] }, there],
];

describe.each(PAIRS)("one person: %s", (_, first, second) => {
  it("is one signature of a quorum, and the same vote", async () => {
    const { gate, request } = await askedUnder({ quorum: 2 });
    await gate.decide(request, approve(), { by: first });
    expect((await gate.decide(request, approve(), { by: second })).decisions).toHaveLength(1);
    expect(await cameTo(gate.decide(request, edit({ amount: 4_200 }), { by: second }))).toBe("pending");
    expect(await cameTo(gate.decide(request, approve(), { by: bob }))).toBe("approved");
  });

  it("may approve what they have signed by an edit, and is no second signature by it", async () => {
    const { gate, request } = await askedUnder({ quorum: 2 });
    const edited = await gate.decide(request, edit({ amount: 1 }), { by: first });
    expect(await cameTo(gate.decide(edited, approve(), { by: second }))).toBe("pending");
    expect(await cameTo(gate.decide(edited, approve(), { by: bob }))).toBe("approved");
  });

  it("is the same vote in a rejection, and after it is decided", async () => {
    const { gate, request } = await askedUnder({});
    const rejected = await gate.decide(request, reject("no"), { by: first });
    expect((await gate.decide(request, reject("no"), { by: second })).version).toBe(rejected.version);
    expect(await cameTo(gate.decide(request, reject("no"), { by: bob }))).toBe("ALREADY_DECIDED");
  });

  it("has one place in the groups", async () => {
    const { gate, request } = await askedUnder({ quorum: [{ roles: ["finance"] }, { roles: ["cfo"] }] });
    await gate.decide(request, approve(), { by: first });
    expect(await cameTo(gate.decide(request, approve(), { by: second }))).toBe("pending");
    expect(await cameTo(gate.decide(request, approve(), { by: bob }))).toBe("approved");
  });

  it("can't sign what they asked for, where four eyes hold, nor settle or read it in their list", async () => {
    const { gate, request } = await askedUnder({ fourEyes: true }, { requestedBy: first });
    for (const decision of [approve(), edit({ amount: 1 }), reject("no")])
      expect(await cameTo(gate.decide(request, decision, { by: second }))).toBe("SELF_REVIEW");
    expect(await cameTo(gate.settle(request.id, { retry: true }, { by: second }))).toBe("SELF_REVIEW");
    expect((await gate.list({ reviewableBy: second })).items).toEqual([]);
    expect((await gate.list({ reviewableBy: bob })).items).toHaveLength(1);
    expect(await cameTo(gate.decide(request, approve(), { by: bob }))).toBe("approved");
  });

  it("doesn't count on what they edited, where four eyes hold", async () => {
    const { gate, request } = await askedUnder({ fourEyes: true });
    const edited = await gate.decide(request, edit({ amount: 1 }), { by: first });
    expect(edited.status).toBe("pending");
    expect(await errorOf(gate.decide(edited, approve(), { by: second }))).toMatchObject({
      code: "SELF_REVIEW",
      details: { by: second, edited: true },
      message: `${second.id} wrote the arguments that this call has now, so somebody else has to sign it.`,
    });
    expect((await gate.list({ reviewableBy: second })).items).toEqual([]);
    expect(await cameTo(gate.decide(edited, approve(), { by: bob }))).toBe("approved");
  });

  it("may edit again and reject what they edited, and sign what somebody else edited since", async () => {
    const { gate, request } = await askedUnder({ fourEyes: true });
    const edited = await gate.decide(request, edit({ amount: 1 }), { by: first });
    const again = await gate.decide(edited, edit({ amount: 1 }), { by: second });
    expect(again.version).toBe(edited.version);
    const other = await gate.decide(edited, edit({ amount: 2 }), { by: second });
    expect(await cameTo(gate.decide(other, approve(), { by: first }))).toBe("SELF_REVIEW");
    const bobs = await gate.decide(other, edit({ amount: 3 }), { by: bob });
    expect(await cameTo(gate.decide(bobs, approve(), { by: first }))).toBe("approved");
    const { gate: another, request: rejected } = await askedUnder({ fourEyes: true });
    const theirs = await another.decide(rejected, edit({ amount: 1 }), { by: first });
    expect(await cameTo(another.decide(theirs, reject("no"), { by: second }))).toBe("rejected");
  });

  it("finds nothing to sign that they have signed", async () => {
    const { gate, request } = await askedUnder({ quorum: 2 });
    await gate.decide(request, approve(), { by: first });
    const found = async (reviewableBy: Principal) => (await gate.list({ reviewableBy })).items.length;
    expect([await found(first), await found(second), await found(bob)]).toEqual([0, 0, 1]);
  });

  it("is invited by any of their ids", async () => {
    const { gate, request } = await askedUnder({ reviewers: ["alice"] });
    expect((await gate.list({ reviewableBy: second })).items).toHaveLength(1);
    expect(await cameTo(gate.decide(request, approve(), { by: second }))).toBe("approved");
  });
});

it("a person who is linked by a third id is one of those who signed, and no other", async () => {
  const { gate, request } = await askedUnder({ quorum: 3 });
  await gate.decide(request, approve(), { by: { id: "a" } });
  await gate.decide(request, approve(), { by: { id: "b" } });
  await gate.decide(request, edit({ amount: 4_200 }), { by: { id: "c", aliases: ["a", "b"] } });
  expect(await cameTo(gate.decide(request, approve(), { by: bob }))).toBe("pending");
  expect(await cameTo(gate.decide(request, approve(), { by: { id: "cem" } }))).toBe("approved");
});

it("whoever asked is known by what others of their ids have signed", async () => {
  const { gate, request } = await askedUnder({ quorum: 2, fourEyes: true }, { requestedBy: { id: "asker" } });
  await gate.decide(request, approve(), { by: { id: "a" } });
  expect(await cameTo(gate.decide(request, approve(), { by: { id: "b", aliases: ["asker"] } }))).toBe("SELF_REVIEW");
  expect(await cameTo(gate.decide(request, approve(), { by: bob }))).toBe("approved");
});

it("a remembered decision is for the id that asked, and its giver may take it back under any of theirs", async () => {
  const terms: ReviewTerms = { reviewers: ["alice"], remember: ["tool"] };
  const { gate, request } = await askedUnder(terms, { requestedBy: here });
  await gate.decide(request, approve({ remember: { scope: "tool", within: "requester" } }), { by: there });
  const again = (key: string, requestedBy: Principal) => gate.ask({ threadId: "u", key, tool: "pay", args: { amount: 1 }, requestedBy });
  expect((await again("1", here)).status).toBe("approved");
  expect((await again("2", there)).status).toBe("pending");
  const [grant] = await gate.grants();
  await gate.revokeGrant(grant?.id ?? "", { by: { id: "page", aliases: ["alice"] } });
  expect((await again("3", here)).status).toBe("pending");
});

describe("services and automation", () => {
  const kinds = ["service", "automation"] as const;
  const bots = kinds.map((kind): Principal => ({ id: "bot", roles: ["finance"], kind, aliases: ["bot@example.com"] }));

  it.each<[string, ReviewTerms, boolean]>([
    ["open terms", {}, false],
    ["a role", { roles: ["finance"] }, false],
    ["a role in a group", { quorum: [{ roles: ["finance"] }] }, false],
    ["their name", { reviewers: ["bot"] }, true],
    ["their alias", { roles: ["finance"], reviewers: ["bot@example.com"] }, true],
    ["their name in a group", { quorum: [{ reviewers: ["bot"] }] }, true],
  ])("sign only where they are named: %s", async (_, terms, signs) => {
    for (const by of bots) {
      const { gate, request } = await askedUnder(terms);
      expect((await gate.list({ reviewableBy: by })).items).toHaveLength(signs ? 1 : 0);
      expect(await cameTo(gate.decide(request, reject(), { by }))).toBe(signs ? "rejected" : "NOT_AUTHORIZED");
      const other = await askedUnder(terms);
      expect(await cameTo(other.gate.decide(other.request, approve(), { by }))).toBe(signs ? "approved" : "NOT_AUTHORIZED");
    }
  });

  it("count for the group that names them, and for no other", async () => {
    const { gate, request } = await askedUnder({ quorum: [{ roles: ["finance"] }, { reviewers: ["bot"] }] });
    const [by = here] = bots;
    expect(await cameTo(gate.decide(request, approve(), { by }))).toBe("pending");
    expect(await cameTo(gate.decide(request, approve(), { by: bob }))).toBe("approved");
  });

  it("are told why", async () => {
    const { gate, request } = await askedUnder({ roles: ["finance"] });
    const [by = here] = bots;
    expect(await errorOf(gate.decide(request, approve(), { by }))).toMatchObject({
      message:
        "bot may not do this: it is of kind service, and signs only where reviewers of the policy name it. It takes one of these roles or people: finance.",
    });
  });

  it("don't settle or revoke either, unless they are named", async () => {
    const { gate, request } = await askedUnder({ roles: ["finance"], remember: ["tool"] });
    await gate.decide(request, approve({ remember: { scope: "tool" } }), { by: bob });
    const [by = here] = bots;
    const [grant] = await gate.grants();
    expect(await errorOf(gate.revokeGrant(grant?.id ?? "", { by }))).toMatchObject({ code: "NOT_AUTHORIZED" });
    expect(await errorOf(gate.settle(request.id, { retry: true }, { by }))).toMatchObject({ code: "NOT_AUTHORIZED" });
  });
});

it.each<[string, ReviewTerms, string]>([
  ["open terms", {}, "approved"],
  ["roles", { roles: ["finance"] }, "approved"],
  ["one group of a role", { quorum: [{ roles: ["cfo"] }] }, "approved"],
  ["a quorum", { quorum: 2 }, "pending"],
  ["groups", { quorum: [{ roles: ["finance"] }, { roles: ["cfo"] }] }, "pending"],
  ["named reviewers", { reviewers: ["alice"] }, "pending"],
  ["confirm", { confirm: "args.amount" }, "pending"],
])("dangerouslyApproveAll is one person who looks at nothing: %s", async (_, review, status) => {
  const policy = definePolicy({ tools: { pay: { ask: true, review } } });
  const gate = createGate({ policy, store: memoryStore(), reviewer: dangerouslyApproveAll(), warn: () => {} });
  const asked = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 1 } });
  expect(asked.status).toBe(status);
  expect((await gate.get(asked.id))?.decisions).toHaveLength(status === "approved" ? 1 : 0);
});

describe("whoever signs, in whatever order and under whichever ids", () => {
  const ids = ["ann", "bob", "cem", "asker"] as const;
  it.each([1, 2, 3, 4])("a quorum under four eyes is as many people, none of whom asked, or wrote what is signed: %i", async (seed) => {
    const random = new Random(seed);
    let approvals = 0;
    for (let run = 0; run < 50; run++) {
      const quorum = 1 + random.below(3);
      const { gate, request } = await askedUnder({ quorum, fourEyes: true });
      let seen = request;
      let signed = new Set<string>();
      let author: string | undefined;
      for (let turn = 0; turn < 8 && seen.status === "pending"; turn++) {
        const who = random.pick(ids);
        const by = random.chance(0.5) ? { id: `${who}@example.com`, aliases: [who] } : { id: who };
        const edits = random.chance(0.15);
        await gate.decide(seen, edits ? edit({ amount: turn }) : approve(), { by }).catch(() => {});
        if (edits && who !== "asker") [author, signed] = [who, new Set()];
        else if (who !== "asker" && who !== author) signed.add(who);
        seen = (await gate.get(request.id)) ?? seen;
        expect(seen.status).toBe(signed.size >= quorum ? "approved" : "pending");
      }
      if (seen.status === "approved") approvals++;
    }
    expect(approvals).toBeGreaterThan(10);
  });
});

// An edit keeps the terms under which the call was asked, or tightens them, whatever the policy of the deciding process says.
import {
  approve,
  createGate,
  definePolicy,
  edit,
  isCountersignError,
  type Policy,
  type Principal,
  type ReviewTerms,
} from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

const HOUR = 3_600_000;
const ann: Principal = { id: "ann", roles: ["finance"] };
const bob: Principal = { id: "bob", roles: ["finance", "cfo"] };
const cem: Principal = { id: "cem", roles: ["legal"] };
const policyOf = (review: ReviewTerms): Policy => definePolicy({ tools: { pay: { ask: true, review } } });

/** One request under these terms, and the desk of a process whose policy is another one. */
async function between(asked: ReviewTerms, here: ReviewTerms | { readonly policy: Policy }) {
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  const made = { store: memoryStore({ now }), now, warn: () => {} };
  const agent = createGate({ ...made, policy: policyOf(asked) });
  const desk = createGate({ ...made, policy: "policy" in here ? here.policy : policyOf(here) });
  const approval = await agent.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 5 }, requestedBy: "asker" });
  if (approval.status !== "pending") throw new Error(approval.status);
  const { request } = approval;
  return {
    agent,
    desk,
    request,
    advance: (ms: number) => (skipped += ms),
    latest: async () => (await agent.get(request.id)) ?? request,
    edit: (by: Principal, amount = 5) => desk.decide(request, edit({ amount }), { by }),
  };
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => "nothing was thrown",
    (error: unknown) => (isCountersignError(error) ? { code: error.code, details: error.details as unknown } : error),
  );

describe("an edit where another policy is loaded", () => {
  it.each([
    ["no rule for the tool", definePolicy({ tools: { read: "allow" } })],
    ["a policy that asks for one signature", policyOf({ roles: ["finance"] })],
    ["a policy that allows the tool", definePolicy({ tools: { pay: "allow" } })],
  ])("keeps a quorum of two, also to the same arguments: %s", async (_, policy) => {
    for (const amount of [5, 4]) {
      const { agent, desk, edit: edited, request, latest } = await between({ roles: ["finance"], quorum: 2 }, { policy });
      expect(await edited(ann, amount)).toMatchObject({ status: "pending", terms: { roles: ["finance"], quorum: 2 } });
      await expect(agent.execute({ id: request.id, args: {} }, () => "PAID")).rejects.toMatchObject({ code: "NOT_APPROVED" });
      expect(await refusal(desk.decide(await latest(), approve(), { by: cem }))).toMatchObject({ code: "NOT_AUTHORIZED" });
      expect(await desk.decide(await latest(), approve(), { by: bob })).toMatchObject({ status: "approved" });
      expect(await agent.verify()).toMatchObject({ subjects: 3 });
    }
  });

  it("is signed under what both demand", async () => {
    const { edit: edited, desk, latest } = await between({ roles: ["finance"], fourEyes: true }, { roles: ["finance", "cfo"], quorum: 2 });
    expect(await refusal(edited({ id: "asker", roles: ["finance"] }))).toMatchObject({ code: "SELF_REVIEW" });
    const quorum = [
      { roles: ["finance"], count: 1 },
      { roles: ["finance", "cfo"], count: 1 },
    ];
    expect(await edited(ann, 4)).toMatchObject({ status: "pending", terms: { roles: ["finance", "cfo"], fourEyes: true, quorum } });
    expect(await desk.decide(await latest(), approve(), { by: { id: "dee", roles: ["cfo"] } })).toMatchObject({ status: "pending" });
    expect(await desk.decide(await latest(), approve(), { by: bob })).toMatchObject({ status: "approved" });
  });

  it("counts a signature from before only if it could be given under the tightened terms", async () => {
    const { agent, edit: edited, request, latest } = await between({ quorum: 2 }, { roles: ["finance"], quorum: 2 });
    await agent.decide(request, approve(), { by: cem });
    expect(await edited(ann)).toMatchObject({ status: "pending", decisions: [{ by: { id: "cem" } }, { by: { id: "ann" } }] });
    expect(await agent.decide(await latest(), approve(), { by: bob })).toMatchObject({ status: "approved" });
  });

  it("keeps a signature from before that holds under the tightened terms as well", async () => {
    const { agent, edit: edited, request } = await between({ quorum: 2 }, { roles: ["finance"], quorum: 2 });
    await agent.decide(request, approve(), { by: bob });
    expect(await edited(ann)).toMatchObject({ status: "approved" });
  });

  it("has the earlier deadline, counted from when the call was asked", async () => {
    const { edit: edited, desk, request, advance, latest } = await between({ quorum: 2, expiresIn: "4h" }, { expiresIn: "2h" });
    advance(HOUR);
    expect(await edited(ann)).toMatchObject({ status: "pending", expiresAt: request.askedAt + 2 * HOUR, terms: { expiresIn: "2h" } });
    advance(HOUR);
    expect(await refusal(desk.decide(await latest(), approve(), { by: bob }))).toMatchObject({ code: "EXPIRED" });
  });

  it("keeps a deadline that is earlier already", async () => {
    const { edit: edited, request } = await between({ quorum: 2, expiresIn: "2h" }, { expiresIn: "4h" });
    expect(await edited(ann)).toMatchObject({ expiresAt: request.expiresAt, terms: { expiresIn: "2h" } });
  });

  it("runs within the shorter time", async () => {
    const { agent, edit: edited, request, advance } = await between({}, { executeWithin: "1h" });
    expect(await edited(ann)).toMatchObject({ status: "approved", terms: { executeWithin: "1h" } });
    advance(HOUR);
    await expect(agent.execute({ id: request.id, args: {} }, () => "PAID")).rejects.toMatchObject({ code: "EXPIRED" });
  });

  it("escalates to nobody who could not sign under both", async () => {
    const escalate = { after: "1h", roles: ["cfo", "legal"] } as const;
    const {
      edit: edited,
      desk,
      advance,
      latest,
    } = await between({ roles: ["finance"], quorum: 2, escalate }, { roles: ["finance", "cfo"] });
    expect(await edited(ann)).toMatchObject({ terms: { roles: ["finance"], escalate: { after: "1h", roles: ["cfo"] } } });
    advance(HOUR);
    expect(await refusal(desk.decide(await latest(), approve(), { by: cem }))).toMatchObject({ code: "NOT_AUTHORIZED" });
    expect(await desk.decide(await latest(), approve(), { by: { id: "dee", roles: ["cfo"] } })).toMatchObject({ status: "approved" });
  });
});

describe("an edit that can't be signed under both terms is refused, and nothing of it is written", () => {
  it.each<[string, ReviewTerms, ReviewTerms, string]>([
    ["nobody but whoever asked", {}, { reviewers: ["asker"], fourEyes: true }, "POLICY_DENIED"],
    ["too few reviewers", { reviewers: ["asker", "bob"], quorum: 2 }, { fourEyes: true }, "POLICY_DENIED"],
    ["no edit here", {}, { decisions: ["approve", "reject"] }, "DECISION_NOT_ALLOWED"],
    ["it would have expired", { expiresIn: "4h" }, { expiresIn: "30m" }, "POLICY_DENIED"],
  ])("%s", async (_, asked, here, code) => {
    const { agent, edit: edited, request, advance, latest } = await between(asked, here);
    advance(HOUR);
    const refused = await refusal(edited(bob, 4));
    expect(refused).toMatchObject({ code });
    if (code === "DECISION_NOT_ALLOWED") expect(refused).toMatchObject({ details: { allowed: ["approve", "reject"] } });
    else expect(refused).toMatchObject({ details: { rule: "pay", reason: expect.stringContaining(JSON.stringify(here).slice(1, -1)) } });
    expect(await latest()).toEqual(request);
    expect((await Array.fromAsync(agent.history(request.id))).map(({ type }) => type)).toEqual(["asked"]);
    expect(await agent.decide(request, approve(), { by: bob })).toMatchObject({ proposal: request.proposal });
  });

  it("four eyes, where nobody knows who asked", async () => {
    const store = memoryStore();
    const agent = createGate({ policy: policyOf({}), store, warn: () => {} });
    const asked = await agent.ask({ threadId: "t", key: "k", tool: "pay", args: {} });
    if (asked.status !== "pending") throw new Error(asked.status);
    const desk = createGate({ policy: policyOf({ fourEyes: true }), store, warn: () => {} });
    expect(await refusal(desk.decide(asked.request, edit({}), { by: ann }))).toMatchObject({ code: "POLICY_DENIED" });
  });
});

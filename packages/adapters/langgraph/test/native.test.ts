import { alice, Amount } from "@countersign/adapter-tests";
import { definePolicy, edit, isCountersignError, type ApprovalRequest, type Principal } from "@countersign/core";
import { approvalMiddleware, decideNative, gateTools } from "@countersign/langgraph";
import { Command, MemorySaver } from "@langchain/langgraph";
import { createAgent } from "langchain";
import { beforeEach, describe, expect, test } from "vitest";
import { openDesk, paying, transcript, type Desk } from "./support/desk.ts";
import { reactAgent } from "./support/react-agent.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };
let desk: Desk;
let agent: ReturnType<typeof createAgent>;
let shown: readonly ApprovalRequest[];
/** The pause as an existing UI gets it. */
let pause: { id: string; value: { actionRequests: { requestId: string; digest: string; name: string }[] } };

beforeEach(async () => {
  desk = openDesk();
  agent = createAgent({
    model: new ScriptedModel(obedient),
    tools: [desk.pay],
    checkpointer: new MemorySaver(),
    middleware: [approvalMiddleware(desk.gate)],
  }) as never;
  const result = (await agent.invoke({ messages: paying([2_000, "a"], [3_000, "b"]) }, config)) as unknown as {
    __interrupt__: (typeof pause)[];
  };
  pause = result.__interrupt__[0] as typeof pause;
  shown = await Promise.all(pause.value.actionRequests.map(async ({ requestId }) => (await desk.gate.get(requestId)) as ApprovalRequest));
});

const answer = (
  resume: unknown,
  options: { shown?: readonly (ApprovalRequest | { id: string; digest: string })[]; by?: Principal; threadId?: string } = {},
) =>
  decideNative(desk.gate, new Command({ resume }), {
    threadId: options.threadId ?? "t",
    by: options.by ?? alice,
    ...(options.shown ? { positional: { shown: options.shown } } : {}),
  });
/** As Agent Inbox sends it back: with what it showed, each value as text once it was touched. */
const accepting = (args: object) => ({ type: "accept", args: { action: "pay", args } });
const refused = (thrown: unknown): boolean => isCountersignError(thrown, "NATIVE_REFUSED");
const idOf = (to: string): string => String(shown.find(({ args }) => args["to"] === to)?.id);

describe("answers that are taken", () => {
  test("LangChain's HITLResponse, for exactly what was shown", async () => {
    const [first, second] = await answer({ decisions: [{ type: "approve" }, { type: "reject", message: "not b" }] }, { shown });
    expect([first?.status, second?.status]).toEqual(["approved", "rejected"]);
    expect(first?.decisions[0]).toMatchObject({ by: alice, via: "langgraph" });
    expect(transcript(await agent.invoke(null, config)).slice(2, 4)).toEqual(["tool: paid 2000 to a", "tool: not b"]);
  });

  test("the pause's own action requests serve as what was shown", async () => {
    const seen = pause.value.actionRequests.map(({ requestId, digest }) => ({ id: requestId, digest }));
    await answer(
      { decisions: [{ type: "approve" }, { type: "edit", editedAction: { name: "pay", args: { amount: 2_999, to: "b" } } }] },
      { shown: seen },
    );
    await agent.invoke(null, config);
    expect(desk.effects).toEqual([
      { amount: 2_000, to: "a" },
      { amount: 2_999, to: "b" },
    ]);
  });

  test("under LangGraph's id of the pause", async () => {
    await answer({ [pause.id]: { decisions: [{ type: "approve" }, { type: "approve" }] } }, { shown });
    expect(await desk.pending()).toEqual([]);
  });

  test("Agent Inbox's HumanResponse list, its edited values read by the type of the model's own", async () => {
    await answer(
      [
        { type: "accept", args: null },
        { type: "edit", args: { action: "pay", args: { amount: "2999", to: "7" } } },
      ],
      { shown },
    );
    await agent.invoke(null, config);
    expect(desk.effects).toEqual([
      { amount: 2_000, to: "a" },
      { amount: 2_999, to: "7" },
    ]);
  });

  test("what Agent Inbox accepts carries what it showed", async () => {
    await answer([accepting({ amount: 2_000, to: "a" }), accepting({ amount: "3000", to: "b" })], { shown });
    expect(await desk.pending()).toEqual([]);
  });

  test("feedback and being ignored are rejections", async () => {
    await answer(
      [
        { type: "response", args: "too much" },
        { type: "ignore", args: null },
      ],
      { shown },
    );
    expect(transcript(await agent.invoke(null, config)).slice(2, 4)).toEqual([
      "tool: too much You may propose a revised call.",
      "tool: A reviewer rejected this call. It did not run.",
    ]);
  });

  test("a map by request id, also of only some", async () => {
    await answer({ [idOf("b")]: { type: "reject", message: "not b" } });
    expect((await desk.pending()).map(({ args }) => args["to"])).toEqual(["a"]);
    await answer({ [idOf("a")]: { decisions: [{ type: "approve" }] } });
    expect(await desk.pending()).toEqual([]);
  });

  test("the same answer again is no second decision", async () => {
    const resume = { decisions: [{ type: "approve" }, { type: "approve" }] };
    await answer(resume, { shown });
    await answer(resume, { shown });
    expect((await desk.gate.get(idOf("a")))?.decisions).toHaveLength(1);
  });

  test("the pauses of gated tools, whose ids are those of the requests", async () => {
    const own = openDesk();
    const graph = reactAgent(gateTools(own.gate, [own.pay]), obedient);
    const result = (await graph.invoke({ messages: paying([2_000, "a"], [3_000, "b"]) }, config)) as unknown as {
      __interrupt__: { id: string }[];
    };
    const resume = Object.fromEntries(result.__interrupt__.map(({ id }) => [id, { type: "approve" }]));
    await decideNative(own.gate, new Command({ resume }), { threadId: "t", by: alice });
    await graph.invoke(null, config);
    expect(own.effects).toHaveLength(2);
  });
});

describe("answers that are refused, with the pause unchanged", () => {
  const approveBoth = { decisions: [{ type: "approve" }, { type: "approve" }] };
  const cases: [string, () => Promise<unknown>][] = [
    ["positional ones without what was shown", () => answer(approveBoth)],
    ["too few", () => answer({ decisions: [{ type: "approve" }] }, { shown })],
    ["too many", () => answer({ decisions: [{ type: "approve" }, { type: "approve" }, { type: "approve" }] }, { shown })],
    ["none", () => answer({ decisions: [] }, { shown })],
    ["one request shown twice", () => answer(approveBoth, { shown: [shown[0] as ApprovalRequest, shown[0] as ApprovalRequest] })],
    ["a bare yes", () => answer(true, { shown })],
    ["a bare text", () => answer("approve", { shown })],
    ["an unknown type", () => answer({ decisions: [{ type: "approve" }, { type: "respond", message: "x" }] }, { shown })],
    ["yes in words", () => answer({ decisions: [{ type: "approve" }, { type: "true" }] }, { shown })],
    ["an acceptance that is none", () => answer([accepting({ amount: 2_000, to: "a" }), { type: "accept", args: "no" }], { shown })],
    [
      "an acceptance of other arguments than those shown",
      () => answer([accepting({ amount: 2_000, to: "a" }), accepting({ amount: 1, to: "b" })], { shown }),
    ],
    [
      "an acceptance of another tool",
      () =>
        answer([accepting({ amount: 2_000, to: "a" }), { type: "accept", args: { action: "read", args: { amount: 3_000, to: "b" } } }], {
          shown,
        }),
    ],
    ["extra fields", () => answer({ decisions: [{ type: "approve" }, { type: "approve", amount: 1 }] }, { shown })],
    [
      "an edit into another tool",
      () => answer({ decisions: [{ type: "approve" }, { type: "edit", editedAction: { name: "read", args: {} } }] }, { shown }),
    ],
    ["an id that nobody asked about", () => answer({ [idOf("a")]: { type: "approve" }, ["0".repeat(32)]: { type: "approve" } })],
    ["two answers for one id", () => answer({ [idOf("a")]: { decisions: [{ type: "approve" }, { type: "reject" }] } })],
    ["another thread's requests", () => answer(approveBoth, { shown, threadId: "other" })],
    ["what was shown without digests", () => answer(approveBoth, { shown: shown.map(({ id }) => ({ id, digest: undefined as never })) })],
    ["nothing that was shown", () => answer(approveBoth, { shown: [null, null] as never })],
    ["other arguments than those shown", () => answer(approveBoth, { shown: shown.map(({ id }) => ({ id, digest: "0".repeat(64) })) })],
    [
      "an answer that also changes the state",
      () =>
        decideNative(desk.gate, new Command({ resume: approveBoth, update: { messages: [] } }), {
          threadId: "t",
          by: alice,
          positional: { shown },
        }),
    ],
    [
      "an answer that also jumps",
      () =>
        decideNative(desk.gate, new Command({ resume: approveBoth, goto: "tools" }), { threadId: "t", by: alice, positional: { shown } }),
    ],
    ["no Command", () => decideNative(desk.gate, approveBoth as never, { threadId: "t", by: alice, positional: { shown } })],
  ];
  test.each(cases)("%s", async (_name, attempt) => {
    await expect(attempt()).rejects.toSatisfy(refused);
    expect(await desk.pending()).toHaveLength(2);
    await desk.approve("a");
    await desk.approve("b");
    await agent.invoke(null, config);
    expect(desk.effects).toHaveLength(2);
  });

  test("a stale tab: the requests were withdrawn meanwhile", async () => {
    await agent.invoke({ messages: paying([90_000, "a"], [3_000, "b"]) }, config);
    await expect(answer(approveBoth, { shown })).rejects.toSatisfy(refused);
    expect((await desk.pending()).map(({ args }) => Number(args["amount"])).toSorted((a, b) => a - b)).toEqual([3_000, 90_000]);
  });

  test("somebody else has decided meanwhile", async () => {
    await desk.reject("b");
    await expect(answer(approveBoth, { shown, by: { id: "carol" } })).rejects.toSatisfy(refused);
    expect((await desk.pending()).map(({ args }) => args["to"])).toEqual(["a"]);
  });

  test("an edit that the policy denies, and the approval beside it", async () => {
    const own = openDesk({
      policy: definePolicy({ tools: { pay: { args: Amount, deny: ({ args }) => args.amount > 9_000, ask: true } } }),
    });
    const graph = reactAgent(gateTools(own.gate, [own.pay]), obedient);
    await graph.invoke({ messages: paying([2_000, "a"], [3_000, "b"]) }, config);
    const requests = await own.pending();
    const decisions = requests.map(({ args }) =>
      args["to"] === "a" ? { type: "approve" } : { type: "edit", editedAction: { name: "pay", args: { amount: 10_000, to: "b" } } },
    );
    await expect(
      decideNative(own.gate, new Command({ resume: { decisions } }), { threadId: "t", by: alice, positional: { shown: requests } }),
    ).rejects.toMatchObject({ code: "POLICY_DENIED" });
    expect(await own.pending()).toHaveLength(2);
  });

  test("one that is sent again after an edit", async () => {
    const own = openDesk({ policy: definePolicy({ tools: { pay: { args: Amount, ask: true, review: { quorum: 2 } } } }) });
    const graph = reactAgent(gateTools(own.gate, [own.pay]), obedient);
    await graph.invoke({ messages: paying([2_000, "a"]) }, config);
    const [request] = await own.pending();
    if (!request) throw new Error("nothing waits");
    const forms = [
      () => decideNative(own.gate, new Command({ resume: { [request.id]: { type: "approve" } } }), { threadId: "t", by: alice }),
      () =>
        decideNative(own.gate, new Command({ resume: { decisions: [{ type: "approve" }] } }), {
          threadId: "t",
          by: alice,
          positional: { shown: [request] },
        }),
    ];
    for (const click of forms) expect(await click()).toMatchObject([{ decisions: [{}] }]);
    await own.gate.decide(request, edit({ amount: 99_000, to: "Mallory" }), { by: { id: "bob" } });
    for (const click of forms) await expect(click()).rejects.toSatisfy(refused);
    expect(await own.pending()).toMatchObject([{ decisions: [{}, {}] }]);
  });

  test("a decision that the terms do not offer", async () => {
    const own = openDesk({ policy: definePolicy({ tools: { pay: { ask: true, review: { decisions: ["approve", "reject"] } } } }) });
    const other = createAgent({
      model: new ScriptedModel(obedient),
      tools: [own.pay],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(own.gate)],
    });
    await other.invoke({ messages: paying([5, "a"]) }, config);
    const [request] = await own.pending();
    const resume = { decisions: [{ type: "edit", editedAction: { name: "pay", args: { amount: 1, to: "a" } } }] };
    await expect(
      decideNative(own.gate, new Command({ resume }), { threadId: "t", by: alice, positional: { shown: [request as ApprovalRequest] } }),
    ).rejects.toSatisfy(refused);
    expect(await own.pending()).toHaveLength(1);
  });
});

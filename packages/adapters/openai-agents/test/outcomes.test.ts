import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, MemorySession, user, type AgentInputItem } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { openDesk, paying, saying } from "./support/desk.ts";
import { responsesIn, ScriptedModel } from "./support/scripted-model.ts";

const kindsOf = (items: readonly AgentInputItem[]) => items.map((item) => ("role" in item ? item.role : item.type));
const used = (requests: number) => ({ inputTokens: 10 * requests, outputTokens: 5 * requests, totalTokens: 15 * requests });

describe("what is read of a run", () => {
  test.each([
    ["its own context", false],
    ["a live context", true],
  ])("usage counts nested agents, before and after a pause, with %s", async (_with, live) => {
    const desk = openDesk();
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const tools = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const model = saying([{ id: "outer", name: "inner", args: { input: "go" } }]);
    const context = () => (live ? { context: { user: "bob" } } : {});
    const runner = createRunner(desk.gate, new Agent({ name: "Outer", model, tools }), { name: "outer", context });
    await runner.start("t", "go");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", usage: used(4), lastAgent: "Outer" });
    expect(await runner.resume("t")).toMatchObject({ replayed: true, usage: used(4), lastAgent: "Outer" });
  });

  test("usage tells cached and reasoning tokens by the provider's details", async () => {
    const desk = openDesk();
    const details = { inputTokensDetails: { cached_tokens: 4 }, outputTokensDetails: { reasoning_tokens: 2 } };
    const tokens = { inputTokens: 10, outputTokens: 5, ...details };
    const model = new ScriptedModel((items) => (responsesIn(items) === 0 ? [paying(5_000)] : "done"), undefined, {}, tokens);
    const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [desk.pay]) }), { name: "a" });
    await runner.start("t", "go");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ usage: { ...used(2), cachedInputTokens: 8, reasoningTokens: 4 } });
  });

  test("the last agent is the one that took over", async () => {
    const desk = openDesk();
    const last = new Agent({ name: "Last", model: saying("never said", [paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const first = new Agent({ name: "First", model: saying([{ id: "over", name: "transfer_to_Last", args: {} }]), handoffs: [last] });
    const runner = createRunner(desk.gate, first, { name: "payments" });
    await runner.start("t", "go");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", lastAgent: "Last" });
    expect(await runner.resume("t")).toMatchObject({ replayed: true, lastAgent: "Last" });
  });
});

describe.each([
  ["the thread", undefined],
  ["a session", () => new MemorySession()],
])("a conversation that is kept by %s", (_by, made) => {
  /** Answers, pays with a signature, and fails when it is told of the payment. */
  function opened() {
    const desk = openDesk();
    const line = { down: false };
    const session = made?.();
    const asked: unknown[] = [];
    const model = new ScriptedModel((items) => {
      if (line.down) throw new Error("down");
      return responsesIn(items) === 1 ? [paying(5_000)] : "fine";
    });
    const context = (thread: object) => (asked.push(thread), session ? { session } : {});
    const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [desk.pay]) });
    return { desk, line, asked, runner: createRunner(desk.gate, agent, { name: "a", context }) };
  }

  test("can be read while a call waits, after a failure, and in the outcome", async () => {
    const { desk, line, runner } = opened();
    expect(await runner.messages("t")).toEqual([]);
    await runner.start("t", "hi");
    await runner.start("t", "pay");
    expect(kindsOf(await runner.messages("t"))).toEqual(["user", "assistant", "user", "function_call"]);
    await desk.approve();
    line.down = true;
    await expect(runner.resume("t")).rejects.toThrow("down");
    expect(kindsOf(await runner.messages("t")).slice(0, 4)).toEqual(["user", "assistant", "user", "function_call"]);
    line.down = false;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const outcome = await runner.resume("t");
    const all = ["user", "assistant", "user", "function_call", "function_call_result", "assistant"];
    expect(outcome.status === "completed" && kindsOf(outcome.messages)).toEqual(all);
    expect(kindsOf(await runner.messages("t"))).toEqual(all);
    const replay = await runner.resume("t");
    expect(replay.status === "completed" && replay.messages).toEqual(outcome.status === "completed" && outcome.messages);
  });

  test("has the input of a start that failed, once", async () => {
    const { line, runner } = opened();
    await runner.start("t", "hi");
    line.down = true;
    await expect(runner.start("t", "pay")).rejects.toThrow("down");
    expect(kindsOf(await runner.messages("t"))).toEqual(["user", "assistant", "user"]);
    const { outcome } = await runner.stream("t", "pay again");
    await expect(outcome).rejects.toThrow("down");
    expect((await runner.messages("t")).at(-1)).toMatchObject({ role: "user" });
    expect(kindsOf(await runner.messages("t"))).toEqual(["user", "assistant", "user"]);
  });

  test("is asked for with what the thread was started with", async () => {
    const { asked, runner } = opened();
    await runner.start("t", "hi", { requestedBy: "bob" });
    asked.length = 0;
    await runner.messages("t");
    expect(asked).toEqual([{ threadId: "t", requestedBy: { id: "bob" }, context: undefined }]);
  });

  test("tells the end of a run that its reviewer stopped", async () => {
    const { desk, runner } = opened();
    await runner.start("t", "hi");
    await runner.start("t", "pay");
    await desk.reject("fraud", "stop");
    await runner.resume("t");
    expect(JSON.stringify((await runner.messages("t")).at(-1))).toContain("fraud");
  });
});

test("an input of several items stands in the conversation as it was given", async () => {
  const desk = openDesk();
  const runner = createRunner(desk.gate, new Agent({ name: "A", model: saying("hello") }), { name: "a" });
  await runner.start("t", [user("one"), user("two")]);
  expect((await runner.messages("t")).slice(0, 2)).toEqual([user("one"), user("two")]);
});

test("a session that can't be read any more doesn't undo the end of a run", async () => {
  const desk = openDesk();
  const line = { down: false };
  class Failing extends MemorySession {
    override async getItems(): Promise<AgentInputItem[]> {
      if (line.down) throw new Error("session down");
      return super.getItems();
    }
  }
  const session = new Failing();
  const model = saying("hello");
  const agent = new Agent({ name: "A", model });
  const add = session.addItems.bind(session);
  session.addItems = async (items) => {
    await add(items);
    line.down = items.some((item) => "role" in item && item.role === "assistant");
  };
  const runner = createRunner(desk.gate, agent, { name: "a", context: () => ({ session }) });
  await expect(runner.start("t", "hi")).rejects.toThrow("session down");
  line.down = false;
  expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "hello", replayed: true });
  expect(model.requests).toBe(1);
});

import { failure } from "@countersign/adapter-tests";
import { isCountersignError } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, tool } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, paying, saying } from "./support/desk.ts";
import { putState, savedJson } from "./support/saved-json.ts";

describe("what is saved with a pause", () => {
  test("a live context is made again at every start and resume, and never saved", async () => {
    const desk = openDesk();
    class Bank {
      readonly secret = "s3cret";
      readonly self = this;
    }
    const used: unknown[] = [];
    const pay = tool({
      name: "pay",
      description: "",
      parameters: z.object({ amount: z.number(), to: z.string() }),
      execute: async (_args, context) => void used.push(context?.context),
    });
    const agent = new Agent<Bank>({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [pay]) });
    const threads: unknown[] = [];
    const runner = createRunner(desk.gate, agent, { name: "a", context: (thread) => (threads.push(thread), { context: new Bank() }) });
    await runner.start("t", "go", { requestedBy: "bob" });
    const saved = JSON.stringify(await savedJson(desk.store, "t"));
    expect(saved).toContain("pay");
    expect(saved).not.toContain("s3cret");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(used).toEqual([expect.any(Bank)]);
    expect(threads).toEqual([
      { threadId: "t", requestedBy: { id: "bob" }, context: undefined },
      { threadId: "t", requestedBy: { id: "bob" }, context: undefined },
    ]);
  });

  test.each([
    ["a class instance", () => new Map(), ["context", "it"]],
    ["a function", () => () => 1, ["context", "it"]],
    ["a Date", () => new Date(0), ["context", "it"]],
    ["something deep", () => ({ list: [1, { bad: 1n }] }), ["context", "it", "list", 1, "bad"]],
  ])("what a tool left in the SDK's own context, and JSON can't carry, is a typed error with its path: %s", async (_name, it, path) => {
    const desk = openDesk();
    const remember = tool({
      name: "remember",
      description: "",
      parameters: z.object({}),
      execute: async (_args, context) => void Object.assign(context?.context as object, { it: it() }),
    });
    const model = saying([{ id: "r", name: "remember", args: {} }], [paying(5_000)]);
    const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [remember, desk.pay]) });
    const error = await failure(createRunner(desk.gate, agent, { name: "a" }).start("t", "go"));
    expect(isCountersignError(error, "STATE_NOT_SERIALIZABLE") && error.details.path).toEqual(path);
    expect(await desk.pending()).toEqual([]);
    expect(desk.effects).toEqual([]);
  });

  test("a context with a cycle is a typed error where the SDK has to save it for a nested agent", async () => {
    const desk = openDesk();
    const context: Record<string, unknown> = { deep: {} };
    context["deep"] = { cycle: context };
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    const agents = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const agent = new Agent({ name: "A", model: saying([{ name: "inner", args: { input: "go" } }]), tools: agents });
    const error = await failure(
      createRunner(desk.gate, agent as Agent<Record<string, unknown>>, { name: "a", context: () => ({ context }) }).start("t", "go"),
    );
    expect(isCountersignError(error, "STATE_NOT_SERIALIZABLE") && error.details.path).toEqual(["context", "deep", "cycle"]);
    expect(desk.effects).toEqual([]);
  });

  test("large runs are compressed", async () => {
    const desk = openDesk();
    const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [desk.pay]) });
    await createRunner(desk.gate, agent, { name: "a" }).start("t", "x".repeat(100_000));
    expect((await desk.store.getThread("default", "t"))?.continuation?.length).toBeLessThan(10_000);
  });
});

describe("a state that the running code doesn't fit", () => {
  async function paused() {
    const desk = openDesk();
    const agent = (name: string, tools: readonly (typeof desk.pay)[]) =>
      new Agent({ name, model: saying([paying(5_000)]), tools: gateTools(desk.gate, tools) });
    const runner = (of: Agent) => createRunner(desk.gate, of, { name: "a" });
    const right = runner(agent("A", [desk.pay]));
    await right.start("t", "go");
    return { desk, agent, runner, right };
  }

  test("another agent's name, a tool that is gone: a typed error, nothing runs, and it can be decided and gone on with", async () => {
    const { desk, agent, runner, right } = await paused();
    await desk.approve();
    for (const wrong of [agent("B", [desk.pay]), agent("A", [])]) {
      const error = await failure(runner(wrong).resume("t"));
      expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.details.framework).toBe("openai-agents");
    }
    expect(desk.effects).toEqual([]);
    expect(await right.resume("t")).toMatchObject({ status: "completed", text: "paid 5000 to x" });
    expect(desk.effects).toHaveLength(1);
  });

  test("a schema that the SDK doesn't read: the request stays decidable", async () => {
    const { desk, right } = await paused();
    const saved = JSON.stringify(await savedJson(desk.store, "t"));
    await putState(desk.store, "t", JSON.parse(saved.replaceAll("1.22", "9.9")));
    await desk.approve();
    const error = await failure(right.resume("t"));
    expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.details).toMatchObject({ saved: "state 9.9", running: "state 1.22" });
    expect((await desk.gate.list({ threadId: "t" })).items[0]).toMatchObject({ status: "approved", execution: "none" });
    expect(desk.effects).toEqual([]);
  });

  test("a new input in its place is the way out", async () => {
    const { desk, agent, runner } = await paused();
    const other = runner(agent("B", []));
    await expect(other.start("t", "never mind", { pending: "cancel" })).resolves.toMatchObject({ status: "completed" });
    expect(await desk.pending()).toEqual([]);
  });
});

// LangChain's own middlewares on both sides of the gate's.
import { approvalMiddleware, createRunner } from "@countersign/langgraph";
import { MemorySaver } from "@langchain/langgraph";
import {
  createAgent,
  HumanMessage,
  modelRetryMiddleware,
  summarizationMiddleware,
  toolRetryMiddleware,
  toolStrategy,
  type AgentMiddleware,
} from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openAgent } from "./support/agent.ts";
import { openDesk, paying } from "./support/desk.ts";
import { obedient, ScriptedModel, type Script } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };
const sides = ["before", "after"] as const;

describe.each(sides)("listed %s the gate's", (side) => {
  const around = (middleware: unknown) => ({ [side]: [middleware as AgentMiddleware] });

  test("toolRetryMiddleware runs a signed tool that fails once", async () => {
    const desk = openDesk({
      during: () => {
        throw new Error("the bank hung up");
      },
    });
    let tried = 0;
    const during = desk.pay.func;
    desk.pay.func = async (...given) => (tried++, during(...given));
    const { agent } = openAgent(desk, around(toolRetryMiddleware({ maxRetries: 2, initialDelayMs: 1, jitter: false })));
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    const request = await desk.approve("x");
    await agent.invoke(null, config);
    expect([tried, (await desk.gate.get(request.id))?.execution]).toEqual([1, "failed"]);
  });

  test("modelRetryMiddleware tries the model again, and asks once", async () => {
    const desk = openDesk();
    let failures = 1;
    const flaky: Script = (messages) => {
      if (failures-- > 0) throw new Error("overloaded");
      return obedient(messages);
    };
    const middleware = [approvalMiddleware(desk.gate)];
    middleware.splice(
      side === "before" ? 0 : 1,
      0,
      modelRetryMiddleware({ maxRetries: 2, initialDelayMs: 1, jitter: false }) as AgentMiddleware,
    );
    const agent = createAgent({ model: new ScriptedModel(flaky), tools: [desk.pay], checkpointer: new MemorySaver(), middleware });
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    await desk.approve("x");
    failures = 1;
    const { messages } = await agent.invoke(null, config);
    expect(messages.at(-1)?.text).toBe("paid 5000 to x");
    expect([desk.effects.length, (await desk.gate.list({})).items.length]).toEqual([1, 1]);
  });

  const summarizing = (): unknown =>
    summarizationMiddleware({ model: new ScriptedModel(() => "S"), trigger: { messages: 3 }, keep: { messages: 1 } } as never);

  test("summarizationMiddleware leaves a signed call where it is, and what it says of the conversation changes no turn", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk, around(summarizing()));
    const history = ["one", "two", "three"].map((text) => new HumanMessage(text));
    await agent.invoke({ messages: [...history, new HumanMessage(paying([5_000, "x"]))] }, config);
    await desk.approve("x");
    await agent.invoke(null, config);
    expect(desk.effects).toEqual([{ amount: 5_000, to: "x" }]);
    expect((await desk.gate.list({})).items).toMatchObject([{ execution: "done" }]);
  });

  test("summarizationMiddleware takes a waiting call away when somebody writes: its request is withdrawn", async () => {
    const desk = openDesk();
    const { agent } = openAgent(desk, around(summarizing()));
    await agent.invoke({ messages: paying([5_000, "x"]) }, config);
    expect(await desk.pending()).toHaveLength(1);
    await agent.invoke({ messages: "never mind" }, config);
    expect((await desk.gate.list({})).items).toMatchObject([{ status: "cancelled" }]);
    expect(desk.effects).toEqual([]);
  });
});

describe("structured output", () => {
  const total = toolStrategy(z.object({ total: z.number() }));
  const [format] = total as unknown as [{ readonly name: string }];
  const structured: Script = (messages) => {
    const said = obedient(messages);
    return typeof said === "string" ? [{ name: format.name, args: { total: 1 }, id: "out" }] : said;
  };

  test("is no call to be asked about, and comes out of a signed run", async () => {
    const desk = openDesk();
    const agent = createAgent({
      model: new ScriptedModel(structured),
      tools: [desk.pay],
      responseFormat: total,
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(desk.gate)],
    });
    const runner = createRunner(desk.gate, agent, { name: "payments" });
    expect(await runner.start("t", paying([5_000, "x"]))).toMatchObject({ status: "suspended", pending: [{ tool: "pay" }] });
    await desk.approve("x");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", output: { structuredResponse: { total: 1 } } });
    expect([desk.effects.length, (await desk.gate.list({})).items.length]).toEqual([1, 1]);
  });
});

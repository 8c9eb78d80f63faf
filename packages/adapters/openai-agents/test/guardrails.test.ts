import { Amount, failure } from "@countersign/adapter-tests";
import { applyDecisions, createRunner, gateTools } from "@countersign/openai-agents";
import {
  Agent,
  defineToolInputGuardrail,
  run,
  RunState,
  tool,
  ToolCallError,
  ToolGuardrailFunctionOutputFactory as says,
  ToolInputGuardrailTripwireTriggered,
} from "@openai/agents";
import { describe, expect, test } from "vitest";
import { openDesk, paying, saying } from "./support/desk.ts";
import { ScriptedModel } from "./support/scripted-model.ts";

type Behaviour = "allow" | "reject" | "throw";

/** A tool that pays, and a guardrail that looks at payees. */
function open(behaviourFor: (to: string) => Behaviour, model = saying([paying(5_000)])) {
  const desk = openDesk();
  const seen: string[] = [];
  const payees = defineToolInputGuardrail({
    name: "payees",
    async run({ toolCall, agent }) {
      const { to } = JSON.parse(toolCall.arguments) as { to: string };
      seen.push(`${agent.name} pays ${to}`);
      const behaviour = behaviourFor(to);
      if (behaviour === "throw") return says.throwException({ to });
      return behaviour === "reject" ? says.rejectContent(`not to ${to}`) : says.allow();
    },
  });
  const pay = tool({ name: "pay", description: "", parameters: Amount, inputGuardrails: [payees], execute: desk.carryOut });
  const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [pay]) });
  return { desk, seen, pay, agent, runner: createRunner(desk.gate, agent, { name: "a" }) };
}

const mallory = { amount: 5_000, to: "mallory" };
const isMallory = (behaviour: Behaviour) => (to: string) => (to === "mallory" ? behaviour : "allow");

describe("a tool's input guardrails", () => {
  test("see what a reviewer wrote before it runs; what they refuse was not begun, and the model reads their words", async () => {
    const { desk, seen, runner } = open(isMallory("reject"));
    await runner.start("t", "go");
    const { id } = await desk.edit(mallory);
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "not to mallory" });
    expect(seen).toEqual(["A pays x", "A pays mallory"]);
    expect(desk.effects).toEqual([]);
    expect(await desk.gate.get(id)).toMatchObject({ execution: "none", begun: false });
  });

  test("see the model's own arguments once, as natively, edited or not", async () => {
    const { desk, seen, runner } = open(() => "allow");
    await runner.start("t", "go");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(seen).toEqual(["A pays x"]);
    expect(desk.effects).toHaveLength(1);
  });

  test("that throw at an edit end the run with the SDK's own error, nothing runs, and the decision stays", async () => {
    const behaviour = { is: "throw" as Behaviour };
    const { desk, runner } = open((to) => isMallory(behaviour.is)(to));
    await runner.start("t", "go");
    const { id } = await desk.edit(mallory);
    const error = await failure(runner.resume("t"));
    expect(error).toBeInstanceOf(ToolCallError);
    expect((error as ToolCallError).error).toBeInstanceOf(ToolInputGuardrailTripwireTriggered);
    expect(await desk.gate.get(id)).toMatchObject({ status: "approved", execution: "none", begun: false });
    behaviour.is = "allow";
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(desk.effects).toEqual([mallory]);
  });

  test("are not asked about a call that has run: what came of it is what the model is told", async () => {
    const later = { refuses: false, down: true };
    const model = new ScriptedModel((items) => {
      if (!items.some((item) => item.type === "function_call")) return [paying(5_000)];
      if (later.down) throw new Error("down");
      return JSON.stringify(items.at(-1));
    });
    const { desk, runner } = open((to) => (later.refuses && to === "mallory" ? "reject" : "allow"), model);
    await runner.start("t", "go");
    await desk.edit(mallory);
    await expect(runner.resume("t")).rejects.toThrow("down");
    Object.assign(later, { refuses: true, down: false });
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: expect.stringMatching(/paid 5000 to mallory/) });
    expect(desk.effects).toEqual([mallory]);
  });

  test("are not asked about a call that was rejected", async () => {
    const { desk, seen, runner } = open(() => "throw");
    await runner.start("t", "go");
    await desk.reject("not this one");
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "not this one" });
    expect(seen).toEqual([]);
  });

  test("of a nested agent's tool see its edited arguments, with that agent", async () => {
    const { desk, seen, pay } = open(isMallory("reject"));
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [pay]) });
    const tools = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const outer = new Agent({ name: "Outer", model: saying([{ id: "i", name: "inner", args: { input: "go" } }]), tools });
    const runner = createRunner(desk.gate, outer, { name: "outer" });
    await runner.start("t", "go");
    await desk.edit(mallory);
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "not to mallory" });
    expect(seen).toEqual(["Inner pays x", "Inner pays mallory"]);
    expect(desk.effects).toEqual([]);
  });

  test("in one's own loop stand in the SDK's own list of what they said", async () => {
    const { desk, pay } = open(isMallory("reject"));
    const tools = gateTools(desk.gate, [pay], { threadId: "t" });
    const agent = new Agent({ name: "A", model: saying([paying(5_000)]), tools });
    const { state } = await run(agent, "go");
    await applyDecisions(desk.gate, state, { threadId: "t" });
    await desk.edit(mallory);
    const next = await applyDecisions(desk.gate, await RunState.fromString(agent, state.toString()), { threadId: "t" });
    if (next.status !== "ready") throw new Error("it still waits");
    const result = await run(agent, next.state);
    expect(result.finalOutput).toBe("not to mallory");
    expect(result.toolInputGuardrailResults.map(({ output }) => output.behavior.type)).toEqual(["allow", "rejectContent"]);
    expect(desk.effects).toEqual([]);
  });
});

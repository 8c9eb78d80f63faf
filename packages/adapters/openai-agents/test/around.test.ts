import { Amount } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/openai-agents";
import {
  Agent,
  defineToolInputGuardrail,
  defineToolOutputGuardrail,
  Runner,
  tool,
  ToolGuardrailFunctionOutputFactory as says,
  type RunConfig,
} from "@openai/agents";
import { describe, expect, test, vi } from "vitest";
import { openDesk, paying, saying } from "./support/desk.ts";
import { ScriptedModel } from "./support/scripted-model.ts";

type ToolOptions = Partial<Parameters<typeof tool>[0]>;

function open(config: Partial<RunConfig> = {}, options: ToolOptions = {}, model = saying([paying(5_000)])) {
  const desk = openDesk();
  const pay = tool({ name: "pay", description: "", parameters: Amount, execute: desk.carryOut, ...(options as object) });
  const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [pay]) });
  const sdk = new Runner({ ...config, tracingDisabled: true });
  return { desk, pay, agent, sdk, runner: createRunner(desk.gate, agent, { name: "a", sdk }) };
}

describe("the SDK's toolErrorFormatter", () => {
  const formatter = () =>
    vi.fn(async ({ toolName, callId }: { toolName: string; callId: string }) => `${toolName} (${callId}) was turned down`);

  test("has the say where the reviewer said nothing", async () => {
    const toolErrorFormatter = formatter();
    const { desk, runner } = open({ toolErrorFormatter });
    await runner.start("t", "go");
    await desk.reject();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "pay (call_0) was turned down" });
    expect(toolErrorFormatter).toHaveBeenCalledTimes(1);
    expect(toolErrorFormatter).toHaveBeenCalledWith(expect.objectContaining({ kind: "approval_rejected", toolType: "function" }));
  });

  test("is not asked about a reviewer's words, or about a call that was withdrawn", async () => {
    const toolErrorFormatter = formatter();
    for (const end of ["reject", "cancel"] as const) {
      const { desk, runner } = open({ toolErrorFormatter });
      await runner.start("t", "go");
      if (end === "reject") await desk.reject("not this one");
      else await desk.gate.cancel((await desk.only()).id, { by: { id: "alice" }, reason: "not this one" });
      expect(await runner.resume("t")).toMatchObject({ text: expect.stringMatching(/not this one/) });
    }
    expect(toolErrorFormatter).not.toHaveBeenCalled();
  });
});

describe("the SDK's hooks", () => {
  test("see a tool begin and end where it does, and not where it was rejected", async () => {
    for (const [how, expected] of [
      ["approve", ["start pay", "end paid 5000 to x"]],
      ["reject", []],
    ] as const) {
      const seen: string[] = [];
      const { desk, agent, runner } = open();
      agent.on("agent_tool_start", (_run, { name }) => seen.push(`start ${name}`));
      agent.on("agent_tool_end", (_run, _tool, result) => seen.push(`end ${result}`));
      await runner.start("t", "go");
      expect(seen).toEqual([]);
      await desk[how]();
      await runner.resume("t");
      expect(seen).toEqual(expected);
    }
  });
});

describe("siblings", () => {
  test("are under way at the same time, edited or not", async () => {
    const desk = openDesk();
    const under = Promise.withResolvers<void>();
    let begun = 0;
    const execute = async () => {
      if (++begun === 3) under.resolve();
      await under.promise;
      return "paid";
    };
    const pay = tool({ name: "pay", description: "", parameters: Amount, execute });
    const calls = ["x", "y", "z"].map((to) => paying(5_000, to, to));
    const agent = new Agent({ name: "A", model: saying(calls), tools: gateTools(desk.gate, [pay]) });
    const runner = createRunner(desk.gate, agent, { name: "a" });
    await runner.start("t", "go");
    await desk.about("x").approve();
    await desk.about("y").edit({ amount: 4_000, to: "y" });
    await desk.about("z").approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
  });
});

describe("the SDK's retries", () => {
  test("ask the model again, and pay once", async () => {
    let failures = 2;
    const model = new ScriptedModel((items) => {
      if (!items.some((item) => item.type === "function_call")) return [paying(5_000)];
      if (failures-- > 0) throw new Error("overloaded");
      return "done";
    });
    const retry = { maxRetries: 3, policy: () => true, backoff: { initialDelayMs: 1, maxDelayMs: 1 } };
    const { desk, runner } = open({ modelSettings: { retry } }, {}, model);
    await runner.start("t", "go");
    await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    expect([failures, desk.effects.length]).toEqual([-1, 1]);
  });
});

describe("the SDK's guardrails", () => {
  test("of a tool's output change what the model reads, and not what is on record", async () => {
    const secret = defineToolOutputGuardrail({ name: "secret", run: async () => says.rejectContent("withheld") });
    const { desk, runner } = open({}, { outputGuardrails: [secret] });
    await runner.start("t", "go");
    const { id } = await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "withheld" });
    expect(await desk.gate.get(id)).toMatchObject({ execution: "done", receipt: { status: "done" } });
    expect(desk.effects).toHaveLength(1);
  });

  const early = { toolExecution: { preApprovalInputGuardrails: true } };
  const never = defineToolInputGuardrail({ name: "never", run: async () => says.rejectContent("never to x") });

  test("before an approval keep a call from being asked about", async () => {
    const { desk, runner } = open(early, { inputGuardrails: [never] });
    expect(await runner.start("t", "go")).toMatchObject({ status: "completed", text: "never to x" });
    expect((await desk.gate.list({})).items).toEqual([]);
    expect(desk.effects).toEqual([]);
  });

  test("in a nested agent as well, whose own call then has come to its end", async () => {
    const { desk, pay, sdk } = open(early, { inputGuardrails: [never] });
    const inner = new Agent({ name: "Inner", model: saying([paying(5_000)]), tools: gateTools(desk.gate, [pay]) });
    const ask = { needsApproval: true, toolName: "inner", toolDescription: "" };
    const tools = gateTools(desk.gate, [inner.asTool({ ...ask, runConfig: early })]);
    const outer = new Agent({ name: "Outer", model: saying([{ id: "i", name: "inner", args: { input: "go" } }]), tools });
    const runner = createRunner(desk.gate, outer, { name: "outer", sdk });
    await runner.start("t", "go");
    const { id } = await desk.approve();
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "never to x" });
    expect(await desk.gate.get(id)).toMatchObject({ execution: "done" });
  });
});

import { createRunner, gateTools } from "@countersign/openai-agents";
import { Agent, MemorySession, user, type AgentInputItem, type RunContext } from "@openai/agents";
import { describe, expect, test } from "vitest";
import { rewind } from "../src/sessions/session.ts";
import { openDesk, paying } from "./support/desk.ts";
import { ScriptedModel } from "./support/scripted-model.ts";

describe("sessions", () => {
  test("a retry after the model failed puts no result in twice", async () => {
    const desk = openDesk();
    const session = new MemorySession();
    let down = true;
    const model = new ScriptedModel((items) => {
      if (!items.some((item) => item.type === "function_call")) return [paying(5_000)];
      if (down) throw new Error("down");
      return "done";
    });
    const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [desk.pay]) });
    const runner = createRunner(desk.gate, agent, { name: "a", context: () => ({ session }) });
    await runner.start("t", "go");
    await desk.approve();
    await expect(runner.resume("t")).rejects.toThrow("down");
    down = false;
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    const kinds = (await session.getItems()).map((item) => item.type ?? ("role" in item ? item.role : ""));
    expect(kinds).toEqual(["message", "function_call", "function_call_result", "message"]);
    expect(desk.effects).toHaveLength(1);
  });
});

test("a session that has to be told for which run it is asked is told, also where nothing runs", async () => {
  const desk = openDesk();
  const asked = new Set<unknown>();
  class Aware extends MemorySession {
    readonly acceptsRunContext = true;
    override async getItems(limit?: number, run?: RunContext<unknown>): Promise<AgentInputItem[]> {
      asked.add(run?.context);
      return super.getItems(limit);
    }
    override async addItems(items: AgentInputItem[], run?: RunContext<unknown>): Promise<void> {
      asked.add(run?.context);
      return super.addItems(items);
    }
  }
  const session = new Aware();
  const context = () => ({ session, context: "acme" });
  const model = new ScriptedModel((items) => (items.some(({ type }) => type === "function_call") ? "done" : [paying(5_000)]));
  const runner = createRunner(desk.gate, new Agent({ name: "A", model, tools: gateTools(desk.gate, [desk.pay]) }), { name: "a", context });
  await runner.start("t", "go");
  await runner.start("t", "never mind", { pending: "cancel" });
  expect((await runner.messages("t")).at(-1)).toMatchObject({ role: "assistant" });
  expect([...asked]).toEqual(["acme"]);
});

describe("an input that is begun again", () => {
  const ask: AgentInputItem = { type: "message", role: "user", content: "go" };
  const call: AgentInputItem = { type: "function_call", callId: "c", name: "pay", arguments: "{}", status: "completed" };
  const said: AgentInputItem = {
    type: "message",
    role: "assistant",
    status: "completed",
    content: [{ type: "output_text", text: "done" }],
  };

  async function left(...items: AgentInputItem[]): Promise<readonly unknown[]> {
    const session = new MemorySession();
    await session.addItems(items);
    await rewind(session, [user("go")]);
    return session.getItems();
  }

  test("takes out what an earlier run of it left in the session", async () => {
    expect(await left(said, ask)).toEqual([said]);
    expect(await left(said, ask, call)).toEqual([said]);
  });

  test("takes out neither a finished exchange nor what others have put in", async () => {
    expect(await left(ask, said)).toHaveLength(2);
    expect(await left(ask, call, { role: "user", content: "and me?" })).toHaveLength(3);
    expect(await left(said)).toEqual([said]);
  });
});

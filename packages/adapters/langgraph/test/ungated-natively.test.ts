// Without a runner nobody looks at tools before a run: what no gate guards is warned about, once.
import { approvalMiddleware, createRunner, gateTools } from "@countersign/langgraph";
import { MemorySaver } from "@langchain/langgraph";
import { createAgent, tool } from "langchain";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, type Desk } from "./support/desk.ts";
import { reactAgent } from "./support/react-agent.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const config = (thread_id: string) => ({ configurable: { thread_id } });
const both = JSON.stringify([["pay", { amount: 5, to: "x" }], ["wire", {}]]); // prettier-ignore
const wire = tool(async () => "wired", { name: "wire", description: "", schema: z.object({}) });

function openWarned(): Desk & { readonly said: string[] } {
  const said: string[] = [];
  const desk = openDesk({ warn: (message) => void said.push(message) });
  said.length = 0;
  return { ...desk, said };
}

describe.each(["v1", "v2"] as const)("gateTools %s", (version) => {
  test("names a tool that the model calls beside gated ones", async () => {
    const { gate, pay, said } = openWarned();
    const agent = reactAgent([...gateTools(gate, [pay]), wire as never], obedient, { version });
    for (const thread of ["t", "u"]) await agent.invoke({ messages: both as never }, config(thread));
    expect(said).toEqual([expect.stringMatching(/wire.*gateTools/)]);
  });

  test("says nothing of those that another call of gateTools gated, or that are meant", async () => {
    const { gate, pay, said } = openWarned();
    const apart = [...gateTools(gate, [pay]), ...gateTools(gate, [wire as never])];
    await reactAgent(apart, obedient, { version }).invoke({ messages: both as never }, config("t"));
    const meant = [...gateTools(gate, [pay], undefined, { ungated: ["wire"] }), wire as never];
    await reactAgent(meant, obedient, { version }).invoke({ messages: both as never }, config("u"));
    expect(said).toEqual([]);
  });
});

describe("approvalMiddleware", () => {
  const search = { type: "web_search" };
  const agentOf = ({ gate, pay }: Desk, ungated?: string[]) =>
    createAgent({
      model: new ScriptedModel(obedient),
      tools: [pay, search],
      checkpointer: new MemorySaver(),
      middleware: [approvalMiddleware(gate, ungated ? { ungated } : {})],
    });

  test("names what the provider runs", async () => {
    const desk = openWarned();
    for (const thread of ["t", "u"]) await agentOf(desk).invoke({ messages: "hello" }, config(thread));
    expect(desk.said).toEqual([expect.stringMatching(/web_search.*provider/)]);
  });

  test("says nothing of what is meant, and nothing under a runner, which has looked", async () => {
    const desk = openWarned();
    await agentOf(desk, ["web_search"]).invoke({ messages: "hello" }, config("t"));
    await createRunner(desk.gate, agentOf(desk), { name: "payments", ungated: ["web_search"] }).start("u", "hello");
    expect(desk.said).toEqual([]);
  });
});

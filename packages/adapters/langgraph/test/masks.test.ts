import { alice, Amount } from "@countersign/adapter-tests";
import { definePolicy, MASK } from "@countersign/core";
import { approvalMiddleware, decideNative } from "@countersign/langgraph";
import { Command, MemorySaver } from "@langchain/langgraph";
import { createAgent } from "langchain";
import { expect, test } from "vitest";
import { openDesk, paying } from "./support/desk.ts";
import { obedient, ScriptedModel } from "./support/scripted-model.ts";

const config = { configurable: { thread_id: "t" } };
const policy = definePolicy({ tools: { pay: { args: Amount, ask: true, redact: ["args.amount"] } } });

async function paused() {
  const desk = openDesk({ policy });
  const description = ({ args }: { args: Record<string, unknown> }) => `pay ${String(args["amount"])}`;
  const agent = createAgent({
    model: new ScriptedModel(obedient),
    tools: [desk.pay],
    checkpointer: new MemorySaver(),
    middleware: [approvalMiddleware(desk.gate, { interruptOn: { pay: { allowedDecisions: ["approve", "edit"], description } } })],
  });
  const result: unknown = await agent.invoke({ messages: paying([4_200, "a"]) }, config);
  const [shown] = await desk.pending();
  if (!shown) throw new Error("nothing waits");
  const answer = (resume: unknown) => decideNative(desk.gate, new Command({ resume }), { threadId: "t", by: alice, positional: { shown: [shown] } }); // prettier-ignore
  return { desk, agent, result: result as { readonly __interrupt__: unknown }, answer };
}

test("a pause shows existing UIs the mask, also in their own words", async () => {
  const { desk, agent, result, answer } = await paused();
  const { __interrupt__ } = result;
  expect(__interrupt__).toMatchObject([{ value: { actionRequests: [{ args: { amount: MASK, to: "a" }, description: `pay ${MASK}` }] } }]);
  expect(JSON.stringify(__interrupt__)).not.toContain("4200");
  await answer({ decisions: [{ type: "approve" }] });
  await agent.invoke(null, config);
  expect(desk.effects).toEqual([{ amount: 4_200, to: "a" }]);
});

test.each([
  ["left alone", MASK, 4_200],
  ["written anew", "99", 99],
])("Agent Inbox's edit with the mask %s keeps the type of the model's own value", async (_, amount, ran) => {
  const { desk, agent, answer } = await paused();
  await answer([{ type: "edit", args: { action: "pay", args: { amount, to: "b" } } }]);
  await agent.invoke(null, config);
  expect(desk.effects).toEqual([{ amount: ran, to: "b" }]);
});

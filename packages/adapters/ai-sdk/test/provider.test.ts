import { openDesk } from "@countersign/adapter-tests";
import { applyDecisions } from "@countersign/ai-sdk";
import { definePolicy } from "@countersign/core";
import type { ModelMessage } from "ai";
import { expect, test } from "vitest";

/** A call of a hosted MCP server that the provider itself asks about: the SDK has no execute for it. */
const asked: ModelMessage[] = [
  { role: "user", content: "look it up" },
  {
    role: "assistant",
    content: [
      { type: "tool-call", toolCallId: "m", toolName: "mcp.search", input: { q: "acme" }, providerExecuted: true },
      { type: "tool-approval-request", approvalId: "provider-1", toolCallId: "m" },
    ],
  },
];
const thread = { threadId: "t", requestedBy: "bob" };
const asking = definePolicy({ default: "allow", tools: { "mcp.*": "ask" } });

test("what the provider asks about is decided like other calls, but can't be edited; the answer is marked as the provider's", async () => {
  const desk = openDesk({ policy: asking });
  expect(await applyDecisions(desk.gate, asked, thread)).toMatchObject({ status: "pending", pending: [{ tool: "mcp.search" }] });
  await expect(desk.edit({ q: "other" })).rejects.toMatchObject({ code: "DECISION_NOT_ALLOWED" });
  await desk.approve();
  const applied = await applyDecisions(desk.gate, asked, thread);
  expect(applied.status === "ready" && applied.messages.at(-1)).toEqual({
    role: "tool",
    content: [{ type: "tool-approval-response", approvalId: "provider-1", approved: true, providerExecuted: true }],
  });
  // From here on the provider may have run it.
  expect((await desk.gate.list({})).items.map(({ execution }) => execution)).toEqual(["done"]);
});

test("where the policy offers nothing that such a call can take, it is refused and nothing is recorded", async () => {
  const desk = openDesk({ policy: definePolicy({ tools: { "*": { ask: true, review: { decisions: ["edit"] } } } }) });
  await expect(applyDecisions(desk.gate, asked, thread)).rejects.toMatchObject({ code: "SETUP" });
  expect(await desk.pending()).toEqual([]);
});

test("a rejection of such a call carries its reason", async () => {
  const desk = openDesk({ policy: asking });
  await applyDecisions(desk.gate, asked, thread);
  await desk.reject("not now");
  const applied = await applyDecisions(desk.gate, asked, thread);
  expect(applied.status === "ready" && applied.messages.at(-1)?.content).toMatchObject([
    { approved: false, reason: "not now", providerExecuted: true },
  ]);
});

test("messages without an open call are ready as they are", async () => {
  const desk = openDesk();
  const messages: ModelMessage[] = [{ role: "user", content: "hello" }];
  expect(await applyDecisions(desk.gate, messages, thread)).toEqual({ status: "ready", messages });
});

test("something said after the calls neither throws nor loses them while they wait", async () => {
  const desk = openDesk({ policy: asking });
  const messages: ModelMessage[] = [...asked, { role: "user", content: "still there?" }];
  expect(await applyDecisions(desk.gate, messages, thread)).toMatchObject({ status: "pending" });
  await desk.approve();
  await expect(applyDecisions(desk.gate, messages, thread)).rejects.toMatchObject({ code: "SETUP" });
  expect(await applyDecisions(desk.gate, asked, thread)).toMatchObject({ status: "ready" });
});

test.each([
  ["allow", true],
  ["deny", false],
] as const)("what the policy decides alone is answered at once: %s", async (verdict, approved) => {
  const desk = openDesk({ policy: definePolicy({ tools: { "mcp.*": verdict } }) });
  const applied = await applyDecisions(desk.gate, asked, thread);
  expect(applied.status === "ready" && applied.messages.at(-1)?.content).toMatchObject([{ approved, providerExecuted: true }]);
  expect((await desk.gate.list({})).items).toEqual([]);
});

// An impatient click changes nothing and is no error. Another decision of the same person is another decision, and whoever makes it is told that it came too late.
import { createGate, definePolicy, reject, type Decision } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";

const by = { id: "alice" };

async function rejected(first: Decision) {
  const gate = createGate({ policy: definePolicy({ tools: { pay: "ask" } }), store: memoryStore(), warn: () => {} });
  const asked = await gate.ask({ threadId: "t", key: "k", tool: "pay", args: { amount: 5 } });
  if (asked.status !== "pending") throw new Error(asked.status);
  const { version } = await gate.decide(asked.request, first, { by });
  return { version, again: (decision: Decision) => gate.decide(asked.request, decision, { by }) };
}

it.each<[string, Decision, Decision]>([
  ["without a word", reject(), reject()],
  ["with the same words", reject("no"), reject("no")],
  ["with what it said without saying so", reject("no"), reject("no", { then: "continue" })],
  ["with another comment for people", reject("no"), reject("no", { comment: "again" })],
])("a rejection %s is the same one", async (_, first, second) => {
  const { again, version } = await rejected(first);
  expect(await again(second)).toMatchObject({ status: "rejected", version });
});

it.each<[string, Decision, Decision]>([
  ["that would end the run", reject("no"), reject("no", { then: "stop" })],
  ["that would invite a better call", reject("no"), reject("no", { then: "revise" })],
  ["that would let the run go on", reject("no", { then: "stop" }), reject("no")],
  ["in other words", reject("no"), reject("Pay by wire instead.")],
  ["in words", reject(), reject("Pay by wire instead.")],
])("a rejection %s comes too late, and is told so", async (_, first, second) => {
  const { again } = await rejected(first);
  await expect(again(second)).rejects.toMatchObject({ code: "ALREADY_DECIDED", details: { winner: { by, decision: first } } });
});

// A condition that can't be evaluated holds, and its author learns why.
import { createGate, definePolicy, type Gate, type Policy } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { expect, it } from "vitest";
import { z } from "zod";

function open(policy: Policy): { readonly gate: Gate; readonly told: string[] } {
  const told: string[] = [];
  const gate = createGate({ policy, store: memoryStore(), warn: (text) => text.startsWith("Rule ") && told.push(text) });
  return { told, gate };
}
const ask = (gate: Gate, tool: string, key: string) => gate.ask({ threadId: "t", tool, args: { amount: 1 }, key });

const throwing = (): boolean => {
  throw new Error("no such account");
};
// oxlint-disable-next-line typescript/no-explicit-any -- what JavaScript callers pass
const wrong = (condition: unknown): any => condition;

it.each<[string, Policy, RegExp, "pending" | "denied"]>([
  ["throws", definePolicy({ tools: { pay: { ask: throwing } } }), /Rule pay: its ask condition .*no such account/, "pending"],
  [
    "throws where it denies",
    definePolicy({ tools: { pay: { deny: throwing } } }),
    /Rule pay: its deny condition .*no such account/,
    "denied",
  ],
  ["is asynchronous", definePolicy({ tools: { pay: { ask: wrong(async () => false) } } }), /answers with a promise/, "pending"],
  ["gives no answer", definePolicy({ tools: { pay: { ask: wrong(() => undefined) } } }), /answered undefined/, "pending"],
  [
    "counts without saying so",
    definePolicy({ tools: { pay: { ask: ({ history }) => history.count("pay") > 1 } } }),
    /history: true/,
    "pending",
  ],
  [
    "has an asynchronous schema",
    definePolicy({ tools: { pay: { args: z.object({}).refine(async () => true), ask: () => false } } }),
    /args schema/,
    "pending",
  ],
])("a condition that %s holds, and is told once", async (_, policy, told, status) => {
  const { gate, told: heard } = open(policy);
  expect((await ask(gate, "pay", "1")).status).toBe(status);
  expect((await ask(gate, "pay", "2")).status).toBe(status);
  expect(heard).toEqual([expect.stringMatching(told)]);
});

it("conditions that can be evaluated tell nothing, and each broken rule tells of itself", async () => {
  const { gate, told } = open(definePolicy({ tools: { pay: { ask: () => true }, wire: { ask: throwing }, burn: { ask: throwing } } }));
  for (const tool of ["pay", "wire", "burn"]) await ask(gate, tool, tool);
  expect(told.map((text) => text.slice(0, 10))).toEqual(["Rule wire:", "Rule burn:"]);
});

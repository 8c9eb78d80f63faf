// Names of 512 bytes are kept, longer ones are refused where they come in: no index of a store takes them all.
import { createGate, definePolicy, isCountersignError } from "@countersign/core";
import { defineRunner, openThread, type ProposedCall } from "@countersign/core/adapter";
import { memoryStore } from "@countersign/memory";
import { describe, expect, it } from "vitest";

const LONGEST = "é".repeat(256);
const TOO_LONG = `${LONGEST}e`;
const alice = { id: "alice" };
const policy = definePolicy({ default: "ask", tools: {} });
const gate = createGate({ policy, store: memoryStore(), warn: () => {} });
const call: ProposedCall = { turnId: "m", callId: "c", namespace: "bank", tool: "pay", args: {} };
const question = { threadId: "t", key: "k", tool: "pay", args: {} };
const suspend = async (over: Partial<ProposedCall>, threadId = "t") =>
  openThread(gate, { threadId, agent: "a", framework: "f" }).suspend([{ ...call, ...over }], null);

async function code(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return isCountersignError(error) ? `${error.code}: ${error.message}` : error;
  }
}

describe.each<readonly [string, (name: string) => unknown]>([
  ["threadId", (name) => suspend({}, name)],
  ["turnId", (name) => suspend({ turnId: name })],
  ["callId", (name) => suspend({ callId: name })],
  ["namespace", (name) => suspend({ namespace: name })],
  ["tool", (name) => suspend({ tool: name })],
  ["a question's thread", (name) => gate.ask({ ...question, threadId: name })],
  ["a question's tool", (name) => gate.ask({ ...question, tool: name })],
  ["whoever asks", (name) => gate.ask({ ...question, key: "by", requestedBy: name })],
  ["whoever freezes", (name) => gate.freeze({ tool: "x" }, { by: { id: name }, reason: "x" })],
  ["a frozen tool", (name) => gate.freeze({ tool: name }, { by: alice, reason: "x" })],
  ["a frozen agent", (name) => gate.freeze({ agent: name }, { by: alice, reason: "x" })],
])("the name of %s", (_, use) => {
  it("may have 512 bytes", async () => {
    expect(String(await code(() => use(LONGEST)))).not.toMatch(/512 bytes/);
  });

  it("is INVALID_ARGS if it is longer, and says so", async () => {
    expect(await code(() => use(TOO_LONG))).toMatch(/^INVALID_ARGS: .*longer than 512 bytes/s);
  });
});

it.each<readonly [string, () => unknown]>([
  ["tenant", () => createGate({ policy, store: memoryStore(), tenant: TOO_LONG })],
  ["agent", () => createGate({ policy, store: memoryStore(), agent: TOO_LONG })],
  ["name", () => defineRunner(gate, { name: TOO_LONG, framework: "f", advance: () => Promise.reject(new Error("unreachable")) })],
])("%s is SETUP where it is longer", async (key, use) => {
  expect(await code(use)).toMatch(new RegExp(`^SETUP: .*${key} is longer than 512 bytes`, "s"));
});

// Every state of a call that `messages` can show: the SDK's own validation takes each, of every version, and its own conversion.
import { Amount, openDesk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { approve, edit, reject, type Decision } from "@countersign/core";
import * as seven from "ai";
import * as six from "ai-v6";
import * as firstSix from "ai-v6-oldest";
import * as firstSeven from "ai-v7-oldest";
import { describe, expect, test } from "vitest";
import * as chat from "./support/chat.ts";
import { onVersion } from "./support/on-version.ts";
import { scriptedModel } from "./support/scripted-model.ts";

const validators = [seven, six, firstSix, firstSeven] as unknown as readonly (typeof seven)[];
const { call } = chat;
type World = Awaited<ReturnType<typeof chat.open>>;
type Options = Parameters<typeof chat.open>[1];

interface State {
  readonly turns?: Parameters<typeof chat.open>[0];
  readonly options?: Options;
  /** What happens after the first message. */
  readonly then?: (world: World) => Promise<unknown>;
  /** The call's part. */
  readonly part: object;
  /** The data beside it. Undefined: none. */
  readonly data?: object;
}

const decided = (decision: Decision) => async (world: World) => {
  await world.gate.decide(await world.pending(), decision, { by: { id: "carol" } });
};
const resumed = (decision: Decision) => async (world: World) => {
  await decided(decision)(world);
  await world.runner.resume("chat-1").catch(() => {});
};
const two = [{ calls: [call("a", 4_200), call("b", 5_000)] }, { text: "done" }];
const input = { amount: 4_200, to: "Acme" };
const yes = { id: expect.stringMatching(/^[0-9a-f]{32}$/), approved: true };
const no = (reason: string) => ({ ...yes, approved: false, reason: expect.stringContaining(reason) });
let now = Date.now();

const states: Record<string, State> = {
  pending: { part: { state: "approval-requested", input, approval: { id: yes.id } }, data: { status: "pending", execution: "none" } },
  "allowed by the policy": {
    turns: [{ calls: [call("a", 5)] }, { text: "done" }],
    part: { state: "output-available", output: { paid: 5 } },
  },
  "approved, and another one waits": {
    turns: two,
    then: decided(approve()),
    part: { state: "approval-responded", approval: yes },
    data: { status: "approved", execution: "none" },
  },
  "rejected, and another one waits": {
    turns: two,
    then: decided(reject("no")),
    part: { state: "approval-responded", approval: no("no") },
    data: { status: "rejected" },
  },
  done: { then: resumed(approve()), part: { state: "output-available", approval: yes }, data: { status: "approved", execution: "done" } },
  "edited and done": {
    then: resumed(edit({ amount: 4_000, to: "Acme" })),
    part: { state: "output-available", input, output: { paid: 4_000 }, approval: yes },
    data: { execution: "done", editedArgs: { amount: 4_000, to: "Acme" }, decisions: [{ type: "edit", by: { id: "carol" } }] },
  },
  rejected: {
    then: resumed(reject("not this month")),
    part: { state: "output-denied", approval: no("not this month") },
    data: { status: "rejected", decisions: [{ type: "reject", message: "not this month" }] },
  },
  stopped: {
    then: resumed(reject("stop it", { then: "stop" })),
    part: { state: "output-denied", approval: no("stop it") },
    data: { status: "rejected" },
  },
  "stopped by another one": {
    turns: two,
    then: async (world) => {
      const [, b] = (await world.gate.list({ status: "pending" })).items;
      if (b) await world.gate.decide(b, reject("stop it", { then: "stop" }), { by: { id: "carol" } });
      await decided(approve())(world);
      await world.runner.resume("chat-1");
    },
    part: { state: "output-denied", approval: no("did not run") },
    data: { status: "cancelled", execution: "none" },
  },
  "denied by the policy": {
    turns: [{ calls: [call("a", 200_000)] }, { text: "done" }],
    part: { state: "output-denied", approval: no("The policy does not allow pay") },
  },
  expired: {
    options: { review: { expiresIn: "1h" }, now: () => now },
    then: async (world) => {
      now += 2 * 3_600_000;
      await world.runner.resume("chat-1");
    },
    part: { state: "output-denied", approval: no("Nobody approved this call in time") },
    data: { status: "expired", decisions: [] },
  },
  cancelled: {
    then: async (world) => {
      await world.gate.cancel((await world.pending()).id, { by: { id: "carol" }, reason: "not needed" });
      await world.runner.resume("chat-1");
    },
    part: { state: "output-denied", approval: no("not needed") },
    data: { status: "cancelled" },
  },
  "cancelled for a new input": {
    then: ({ runner }) => runner.start("chat-1", "never mind", { pending: "cancel" }),
    part: { state: "output-denied", approval: no("did not run") },
    data: { status: "cancelled" },
  },
  failed: {
    options: { effect: () => Promise.reject(new Error("the bank is closed")) },
    then: resumed(approve()),
    part: { state: "output-error", errorText: expect.stringContaining("the bank is closed"), approval: yes },
    data: { execution: "failed" },
  },
  "allowed, and failed": {
    turns: [{ calls: [call("a", 5)] }, { text: "done" }],
    options: { effect: () => Promise.reject(new Error("the bank is closed")) },
    part: { state: "output-error", errorText: expect.stringContaining("the bank is closed") },
  },
  unknown: {
    options: { effect: () => (stop.abort(), Promise.reject(new Error("called off"))) },
    then: async (world) => {
      stop = new AbortController();
      await decided(approve())(world);
      await world.runner.resume("chat-1", { signal: stop.signal }).catch(() => {});
    },
    part: { state: "approval-responded", approval: yes },
    data: { status: "approved", execution: "unknown" },
  },
  "settled as failed": {
    options: { effect: () => (stop.abort(), Promise.reject(new Error("called off"))) },
    then: async (world) => {
      stop = new AbortController();
      const request = await world.pending();
      await decided(approve())(world);
      await world.runner.resume("chat-1", { signal: stop.signal }).catch(() => {});
      await world.gate.settle(request.id, { failed: "the bank has nothing" }, { by: { id: "ops" } });
      await world.runner.resume("chat-1");
    },
    part: { state: "output-error", errorText: expect.stringContaining("the bank has nothing"), approval: yes },
    data: { status: "approved", execution: "failed" },
  },
  "a tool of the browser": {
    turns: [{ calls: [{ id: "a", tool: "locate", args: {} }] }, { text: "done" }],
    part: { state: "input-available", input: {} },
  },
  "the provider's, denied": {
    turns: [{ calls: [{ id: "a", tool: "search", args: {} }] }, { text: "done" }],
    then: resumed(reject("no")),
    part: { state: "output-denied", providerExecuted: true, approval: no("no") },
    data: { status: "rejected" },
  },
  "the provider's, approved": {
    turns: [{ calls: [{ id: "a", tool: "search", args: {} }] }, { text: "done" }],
    then: resumed(approve()),
    part: { providerExecuted: true, approval: yes },
    data: { status: "approved" },
  },
  "cut off": { turns: [{ calls: [call("a", 5)], cutOff: true }, { text: "done" }], part: { state: "input-available" } },
};
let stop = new AbortController();

describe.each([
  ["7", chat],
  ["6", await onVersion<typeof chat>("ai-v6", new URL("./support/chat.ts", import.meta.url))],
])("made by version %s", (_, { open }) => {
  test.each(Object.entries(states))("%s", async (__, { turns = chat.paying, options = {}, then, part, data }) => {
    const world = await open(turns, options);
    await world.page("bob").sendMessage({ text: "pay Acme" });
    await then?.(world);
    const messages = await world.load();
    const parts = messages.flatMap((message) => message.parts) as { type: string; toolCallId?: string; data?: { toolCallId: string } }[];
    const shown = parts.find(({ toolCallId }) => toolCallId === "a");
    expect(shown).toMatchObject(part);
    if (!("approval" in part)) expect(shown).not.toHaveProperty("approval");
    const beside = parts.find((each) => each.type === "data-approval" && each.data?.toolCallId === "a")?.data;
    if (data) expect(beside).toMatchObject({ requestId: (shown as { approval?: { id: string } }).approval?.id, ...data });
    else expect(beside).toBeUndefined();
    for (const sdk of validators) {
      await sdk.validateUIMessages({ messages, tools: world.tools as never });
      expect(await sdk.safeValidateUIMessages({ messages })).toMatchObject({ success: true });
      const told = await sdk.convertToModelMessages(messages, { tools: world.tools });
      expect(JSON.stringify(told)).not.toContain("requestId");
    }
  });
});

test.each(["denied", "approved"] as const)("%s by the application's own toolApproval, which only version 7 has", async (answer) => {
  const { gate, ...desk } = openDesk();
  const { model } = scriptedModel([{ calls: [call("a", 5)] }, { text: "done" }], "v4");
  const tools = gateTools<seven.ToolSet, unknown>(gate, { pay: seven.tool({ inputSchema: Amount, execute: desk.carryOut }) });
  const agent = new seven.ToolLoopAgent<never, seven.ToolSet>({ model, tools, toolApproval: () => answer });
  const runner = createRunner(gate, agent, { name: "chats" });
  await runner.start("t", "pay");
  const messages = await runner.messages("t");
  const [, shown] = messages.at(-1)?.parts ?? [];
  expect(shown).toMatchObject({ approval: { approved: answer === "approved", isAutomatic: true } });
  for (const sdk of validators) await sdk.validateUIMessages({ messages, tools: tools as never });
});

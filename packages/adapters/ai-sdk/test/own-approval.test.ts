import { Amount, openDesk } from "@countersign/adapter-tests";
import { createRunner, gateTools } from "@countersign/ai-sdk";
import { tool, ToolLoopAgent, type ToolLoopAgentSettings, type ToolSet } from "ai";
import { describe, expect, test } from "vitest";
import { scriptedModel } from "./support/scripted-model.ts";

const SMALL = { id: "small", tool: "pay", args: { amount: 5, to: "Acme" } };
const LARGE = { id: "large", tool: "pay", args: { amount: 4_200, to: "Acme" } };
type Own = Pick<ToolLoopAgentSettings<never, ToolSet>, "toolApproval" | "experimental_toolApprovalSecret" | "prepareCall">;

/** An agent whose application has its own word on approvals. */
function open(own: Own, calls = [SMALL, LARGE]) {
  const desk = openDesk();
  const paid: number[] = [];
  const pay = tool({ inputSchema: Amount, execute: async ({ amount }) => paid.push(amount) });
  const { model, transcript } = scriptedModel([{ calls }, { text: "done" }], "v4");
  const agent = new ToolLoopAgent<never, ToolSet>({ model, tools: gateTools<ToolSet, unknown>(desk.gate, { pay }), maxRetries: 0, ...own });
  return { ...desk, paid, transcript, runner: createRunner(desk.gate, agent, { name: "payments" }) };
}
const starts = {
  generate: (world: ReturnType<typeof open>) => world.runner.start("t", "pay"),
  stream: async (world: ReturnType<typeof open>) => {
    const { stream, outcome } = await world.runner.stream("t", "pay");
    await Array.fromAsync(stream.stream);
    return outcome;
  },
};

describe.each([
  ["lets everything pass", { toolApproval: () => undefined }],
  ["approves everything", { toolApproval: () => ({ type: "approved", reason: "I say so" }) as const }],
  ["approves this tool", { toolApproval: { pay: "approved" } }],
  ["finds that this tool needs none", { toolApproval: { pay: async () => "not-applicable" as const } }],
  ["approves this tool, with a secret", { toolApproval: { pay: "approved" }, experimental_toolApprovalSecret: "s" }],
] as [string, Own][])("an application that %s", (_, own) => {
  test.each(Object.entries(starts))("changes nothing about a call that somebody has to be asked about: %s", async (_shape, start) => {
    const world = open(own);
    expect(await start(world)).toMatchObject({ status: "suspended", pending: [{ args: LARGE.args }] });
    expect([world.paid, world.transcript().requests]).toEqual([[5], 1]);
    expect(await world.runner.resume("t")).toMatchObject({ status: "suspended" });
    await world.approve();
    expect(await world.runner.resume("t")).toMatchObject({ status: "completed", text: "done" });
    expect([world.paid, world.transcript().requests]).toEqual([[5, 4_200], 2]);
  });
});

test("its own denial and its own question hold", async () => {
  const denying = open({ toolApproval: { pay: ({ amount }) => (amount === 5 ? { type: "denied", reason: "too small" } : undefined) } });
  expect(await denying.runner.start("t", "pay")).toMatchObject({ status: "suspended", pending: [{ args: LARGE.args }] });
  await denying.approve();
  await denying.runner.resume("t");
  expect(denying.paid).toEqual([4_200]);
  const asking = open({ toolApproval: ({ toolCall }) => (toolCall.toolCallId === "small" ? "user-approval" : undefined) }, [SMALL]);
  expect(await asking.runner.start("t", "pay")).toMatchObject({ status: "suspended", pending: [{ args: SMALL.args }] });
});

test("what says so where it can't be seen ends the run instead: nothing runs, the model isn't asked", async () => {
  const world = open({ prepareCall: (call) => ({ ...call, toolApproval: { pay: "approved" } }) as never }, [LARGE]);
  await expect(world.runner.start("t", "pay")).rejects.toMatchObject({ code: "NOT_APPROVED" });
  expect([world.paid, world.transcript().requests]).toEqual([[], 1]);
});

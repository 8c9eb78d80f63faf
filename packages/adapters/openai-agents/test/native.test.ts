// An existing UI's answers: what they are about, and that they are taken together.
import { alice, failure } from "@countersign/adapter-tests";
import { definePolicy, isCountersignError, reject } from "@countersign/core";
import { applyDecisions, decideNative, gateTools } from "@countersign/openai-agents";
import { Agent, applyPatchTool, hostedMcpTool, run, type RunToolApprovalItem, type Tool } from "@openai/agents";
import { ScriptedModel as StepByStep } from "@openai/agents/testing";
import { describe, expect, test } from "vitest";
import { openDesk, paying, saying, type Lines } from "./support/desk.ts";

const thread = { threadId: "t", requestedBy: "bob" } as const;
const by = { threadId: "t", by: alice } as const;
const refused = async (work: Promise<unknown>) => isCountersignError(await failure(work), "NATIVE_REFUSED");

async function paused(lines: Lines, desk = openDesk()) {
  const agent = new Agent({ name: "A", model: saying(...lines), tools: gateTools(desk.gate, [desk.pay], thread) });
  const { state } = await run(agent, "go");
  await applyDecisions(desk.gate, state, thread);
  const statuses = async () => (await desk.gate.list()).items.map(({ args, status }) => `${String(args["to"])} ${status}`).toSorted();
  return { desk, state, statuses };
}

const crm = (): Tool => hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example", requireApproval: "always" });
const hostedCall = (id: string) => ({
  type: "hosted_tool_call",
  id,
  name: "mcp_approval_request",
  status: "completed",
  providerData: { id, type: "mcp_approval_request", name: "delete", arguments: '{"id":1}', server_label: "crm" },
});

describe("several answers in one", () => {
  const two: Lines = [[paying(5_000, "x", "a"), paying(6_000, "y", "b")]];

  test("are refused together if somebody else was faster with one", async () => {
    const { desk, state, statuses } = await paused(two);
    const y = (await desk.gate.list()).items.find(({ args }) => args["to"] === "y");
    await desk.gate.decide(y ?? { id: "", digest: "" }, reject("no"), { by: { id: "carol" } });
    for (const item of state.getInterruptions()) state.approve(item);
    expect(await refused(decideNative(desk.gate, state, by))).toBe(true);
    expect(await statuses()).toEqual(["x pending", "y rejected"]);
  });

  test("are all there, also the one to a call of a hosted MCP server", async () => {
    const desk = openDesk({ policy: definePolicy({ default: "ask", tools: {} }) });
    const calls = [
      hostedCall("m1"),
      hostedCall("m2"),
      hostedCall("m3"),
      { type: "function_call", callId: "a", name: "pay", arguments: "{}" },
    ];
    const tools = gateTools(desk.gate, [crm(), desk.pay], thread);
    const agent = new Agent({ name: "A", model: new StepByStep([calls] as never), tools });
    const { state } = await run(agent, "go");
    await applyDecisions(desk.gate, state, thread);
    const [pay, first, second] = state.getInterruptions();
    if (!pay || !first || !second) throw new Error("nothing waits");
    state.approve(pay);
    state.approve(first);
    state.reject(second, { message: "not this one" });
    const decided = await decideNative(desk.gate, state, by);
    expect(decided.map(({ tool, decisions }) => [tool, decisions[0]?.decision])).toEqual([
      ["pay", { type: "approve" }],
      ["delete", { type: "approve" }],
      ["delete", { type: "reject", message: "not this one" }],
    ]);
    expect((await desk.gate.list({ status: "pending" })).items).toHaveLength(1);
  });

  test("with a reason that is no text are refused together", async () => {
    const { desk, state, statuses } = await paused(two);
    const [x, y] = state.getInterruptions();
    if (!x || !y) throw new Error("nothing waits");
    state.approve(x);
    state.reject(y, { alwaysReject: true, message: 5 as never });
    expect(await refused(decideNative(desk.gate, state, by))).toBe(true);
    expect(await statuses()).toEqual(["x pending", "y pending"]);
  });
});

describe("an answer to an item with other arguments is refused, and one to the state's own is taken", () => {
  const kinds: [string, () => Tool, object, (raw: Raw) => void][] = [
    [
      "a patch",
      () => applyPatchTool({ editor: { createFile: nothing, updateFile: nothing, deleteFile: nothing } }),
      { type: "apply_patch_call", callId: "p1", status: "completed", operation: { type: "delete_file", path: "a.txt" } },
      (raw) => Object.assign(raw["operation"] as object, { path: "b.txt" }),
    ],
    [
      "a call of a hosted MCP server",
      crm,
      hostedCall("m1"),
      (raw) => Object.assign(raw["providerData"] as object, { arguments: '{"id":2}' }),
    ],
  ];
  type Raw = Record<string, unknown>;
  const nothing = async (): Promise<void> => {};

  /** What a page would send back: an item that it holds by itself. */
  function detached(item: RunToolApprovalItem, change: (raw: Raw) => void): RunToolApprovalItem {
    change(item.rawItem);
    return item;
  }

  test.each(["approve", "reject"] as const)("a function call, %s", async (verb) => {
    const changed = await paused([[paying(5_000)]]);
    const [item] = changed.state.getInterruptions();
    if (!item) throw new Error("nothing waits");
    changed.state[verb](detached(item, (raw) => Object.assign(raw, { arguments: JSON.stringify({ amount: 5, to: "x" }) })));
    expect(await refused(decideNative(changed.desk.gate, changed.state, by))).toBe(true);
    expect(await changed.statuses()).toEqual(["x pending"]);

    const own = await paused([[paying(5_000)]]);
    for (const each of own.state.getInterruptions())
      own.state[verb](detached(each, (raw) => Object.assign(raw, { arguments: '{ "to": "x", "amount": 5e3 }' })));
    expect(await decideNative(own.desk.gate, own.state, by)).toHaveLength(1);
  });

  test.each(kinds)("%s", async (_kind, tool, call, change) => {
    for (const changes of [true, false]) {
      const desk = openDesk({ policy: definePolicy({ default: "ask", tools: {} }) });
      const tools = gateTools(desk.gate, [tool()], thread);
      const agent = new Agent({ name: "A", model: new StepByStep([[call]] as never), tools });
      const { state } = await run(agent, "go");
      await applyDecisions(desk.gate, state, thread);
      for (const item of state.getInterruptions()) state.approve(changes ? detached(item, change) : item);
      const answered = decideNative(desk.gate, state, by);
      if (changes) expect(await refused(answered)).toBe(true);
      else expect(await answered).toMatchObject([{ status: "approved" }]);
      expect((await desk.gate.list()).items).toMatchObject([{ status: changes ? "pending" : "approved" }]);
    }
  });
});

import { openDesk, saidItem, startOpenAi, type OpenAiApi, type WireItem } from "@countersign/adapter-tests";
import { definePolicy } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import {
  Agent,
  applyPatchTool,
  computerTool,
  hostedMcpTool,
  MemorySession,
  OpenAIProvider,
  shellTool,
  tool,
  type Computer,
  type Session,
  type Tool,
} from "@openai/agents";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";

const policy = definePolicy({ default: "ask", review: { expiresIn: "1h" } });
const open: OpenAiApi[] = [];
afterEach(() => Promise.all(open.splice(0).map((api) => api.close())));

const ran: string[] = [];
const noted = (what: string) => async () => {
  ran.push(what);
  return { output: [] } as never;
};
const touches = ["click", "doubleClick", "drag", "keypress", "move", "scroll", "type", "wait"];
const screen = {
  environment: "browser",
  dimensions: [1, 1],
  screenshot: async () => "",
  ...Object.fromEntries(touches.map((touch) => [touch, noted(`computer ${touch}`)])),
} as unknown as Computer;

/** One kind of call: the tool, and how the API says it. */
const kinds: Readonly<Record<string, { readonly made: () => Tool; readonly call: WireItem; readonly answer: WireItem }>> = {
  "a hosted MCP server": {
    made: () => hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example" }),
    call: { type: "mcp_approval_request", id: "mcpr_1", name: "delete", arguments: "{}", server_label: "crm" },
    answer: { type: "mcp_approval_response", approval_request_id: "mcpr_1", approve: false, reason: expect.stringMatching(/./) },
  },
  "a hosted MCP server, arguments left out": {
    made: () => hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example" }),
    call: { type: "mcp_approval_request", id: "mcpr_1", name: "delete", arguments: "", server_label: "crm" },
    answer: { type: "mcp_approval_response", approval_request_id: "mcpr_1", approve: false },
  },
  "a computer": {
    made: () => computerTool({ computer: screen }),
    call: {
      type: "computer_call",
      id: "cu_1",
      call_id: "c",
      status: "completed",
      action: { type: "click", x: 1, y: 2, button: "left" },
      pending_safety_checks: [],
    },
    answer: { type: "computer_call_output", call_id: "c", output: { type: "computer_screenshot" } },
  },
  "a shell": {
    made: () => shellTool({ shell: { run: noted("shell") } }),
    call: {
      type: "shell_call",
      id: "sh_1",
      call_id: "c",
      status: "completed",
      action: { commands: ["rm -r /"], timeout_ms: null, max_output_length: null },
    },
    answer: { type: "shell_call_output", call_id: "c", output: [{ stdout: "", outcome: { type: "exit", exit_code: expect.any(Number) } }] },
  },
  "a patch": {
    made: () => applyPatchTool({ editor: { createFile: noted("patch"), updateFile: noted("patch"), deleteFile: noted("patch") } }),
    call: { type: "apply_patch_call", id: "ap_1", call_id: "c", status: "completed", operation: { type: "delete_file", path: "a.txt" } },
    answer: { type: "apply_patch_call_output", call_id: "c", status: "failed" },
  },
  "a function": {
    made: () => tool({ name: "drop", description: "", parameters: z.object({}), execute: noted("function") }),
    call: { type: "function_call", id: "fc_1", call_id: "c", name: "drop", arguments: "{}", status: "completed" },
    answer: { type: "function_call_output", call_id: "c" },
  },
};

/** A thought, the call, and then words. */
async function paused(kind: string, session?: Session) {
  const found = kinds[kind];
  if (!found) throw new Error(`no kind ${kind}`);
  const { made, call, answer } = found;
  const desk = openDesk({ policy });
  const reasoning = { type: "reasoning", id: "rs_1", summary: [] };
  const line = { down: false };
  const api = await startOpenAi((items) => {
    if (line.down) throw new Error("the line is down");
    return items.some(({ type }) => type === call.type) ? [saidItem("fine")] : [reasoning, call];
  });
  open.push(api);
  const provider = new OpenAIProvider({ apiKey: "none", baseURL: api.url, useResponses: true });
  const agent = new Agent({ name: "A", model: await provider.getModel("gpt-5.2"), tools: gateTools(desk.gate, [made()]) });
  const runner = createRunner(desk.gate, agent, { name: "a", context: () => (session ? { session } : {}) });
  ran.length = 0;
  expect(await runner.start("t", "go")).toMatchObject({ status: "suspended" });
  return { desk, api, line, runner, answer };
}

const answerIn = (api: OpenAiApi, { type }: WireItem) => api.shown().filter((item) => item.type === type);

describe.each(Object.keys(kinds))("%s", (kind) => {
  test.each([
    ["kept with the thread", undefined],
    ["kept by a session", new MemorySession()],
  ])("a new message in its place is taken, and so is every later one: the conversation is %s", async (_by, session) => {
    const { api, runner, answer } = await paused(kind, session);
    expect(await runner.start("t", "never mind", { pending: "cancel" })).toMatchObject({ status: "completed", text: "fine" });
    expect(answerIn(api, answer)).toMatchObject([answer]);
    expect(await runner.start("t", "still there?")).toMatchObject({ status: "completed" });
    expect([api.refusals, ran]).toEqual([[], []]);
  });

  test('after then: "stop" the next message is taken', async () => {
    const { desk, api, runner, answer } = await paused(kind);
    await desk.reject("fraud", "stop");
    expect(await runner.resume("t")).toMatchObject({ status: "stopped" });
    expect(await runner.start("t", "what now?")).toMatchObject({ status: "completed" });
    expect(answerIn(api, answer)).toMatchObject([answer]);
    expect(JSON.stringify(api.shown())).toContain("fraud");
    expect([api.refusals, ran]).toEqual([[], []]);
  });

  test("cancelled by hand, the run goes on without it", async () => {
    const { desk, api, runner, answer } = await paused(kind);
    await desk.gate.cancel((await desk.only()).id, { by: { id: "alice" }, reason: "too late" });
    expect(await runner.resume("t")).toMatchObject({ status: "completed" });
    expect(answerIn(api, answer)).toMatchObject([answer]);
    expect([api.refusals, ran]).toEqual([[], []]);
  });
});

test("a hosted call whose arguments can't be read is refused, and nobody is asked", async () => {
  const desk = openDesk({ policy });
  const call = { type: "mcp_approval_request", id: "mcpr_1", name: "delete", arguments: '{"a":', server_label: "crm" };
  const api = await startOpenAi((items) => (items.some(({ type }) => type === call.type) ? [saidItem("fine")] : [call]));
  open.push(api);
  const provider = new OpenAIProvider({ apiKey: "none", baseURL: api.url, useResponses: true });
  const tools = gateTools(desk.gate, [hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example" })]);
  const runner = createRunner(desk.gate, new Agent({ name: "A", model: await provider.getModel("gpt-5.2"), tools }), { name: "a" });
  expect(await runner.start("t", "go")).toMatchObject({ status: "completed", text: "fine" });
  expect(api.shown()).toContainEqual(expect.objectContaining({ type: "mcp_approval_response", approve: false }));
});

test("what was handed over when the run broke off is not handed over again in another conversation: the model is told that it may have run", async () => {
  const { desk, api, line, runner, answer } = await paused("a hosted MCP server");
  const { id } = await desk.approve();
  line.down = true;
  await expect(runner.resume("t")).rejects.toThrow("the line is down");
  line.down = false;
  expect(await desk.gate.get(id)).toMatchObject({ execution: "done" });
  expect(await runner.start("t", "what now?")).toMatchObject({ status: "completed" });
  expect(answerIn(api, answer)).toMatchObject([{ approve: false, reason: expect.stringMatching(/may have run/) }]);
});

import { definePolicy, type ApprovalRequest } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import {
  Agent,
  applyPatchTool,
  computerTool,
  hostedMcpTool,
  shellTool,
  tool,
  type AgentOutputItem,
  type Computer,
  type RunToolApprovalItem,
  type Tool,
} from "@openai/agents";
import { assistantMessage, ScriptedModel as StepByStep } from "@openai/agents/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openDesk, saying } from "./support/desk.ts";
import { approvalRequest } from "./support/hosted.ts";
import { savedState } from "./support/saved-state.ts";

/** As a UI of the SDK finds the call of an interruption. */
function idIn({ rawItem }: RunToolApprovalItem): string | undefined {
  return "callId" in rawItem ? rawItem.callId : rawItem.id;
}

const noted = async () => ({ output: [] }) as never;
const touches = ["click", "doubleClick", "drag", "keypress", "move", "screenshot", "scroll", "type", "wait"];
const screen = {
  environment: "browser",
  dimensions: [1, 1],
  ...Object.fromEntries(touches.map((touch) => [touch, noted])),
} as unknown as Computer;
const drop = () => tool({ name: "drop", description: "", parameters: z.object({}), execute: async () => "dropped" });
const said = (item: object) => ({ status: "completed", ...item }) as AgentOutputItem;

const KINDS: readonly (readonly [string, () => Tool, AgentOutputItem])[] = [
  ["a function", drop, said({ type: "function_call", id: "fc_1", callId: "call_1", name: "drop", arguments: "{}" })],
  [
    "a shell",
    () => shellTool({ shell: { run: noted } }),
    said({ type: "shell_call", id: "sh_1", callId: "call_1", action: { commands: ["ls"] } }),
  ],
  [
    "a patch",
    () => applyPatchTool({ editor: { createFile: noted, updateFile: noted, deleteFile: noted } }),
    said({ type: "apply_patch_call", id: "ap_1", callId: "call_1", operation: { type: "delete_file", path: "a.txt" } }),
  ],
  [
    "a computer",
    () => computerTool({ computer: screen }),
    said({ type: "computer_call", id: "cu_1", callId: "call_1", action: { type: "click", x: 1, y: 2, button: "left" } }),
  ],
  [
    "a hosted MCP server",
    () => hostedMcpTool({ serverLabel: "crm", serverUrl: "https://crm.example" }),
    approvalRequest("mcpr_1", "read", "{}", "crm"),
  ],
];

/** The requests of a thread beside what the SDK's own UI shows of the same pause. */
async function shown(
  desk: ReturnType<typeof openDesk>,
  agent: Agent,
): Promise<{ requests: readonly ApprovalRequest[]; items: RunToolApprovalItem[] }> {
  const state = await savedState(desk.gate, agent, "t");
  return { requests: await desk.pending(), items: state?.getInterruptions() ?? [] };
}

const everything = () => openDesk({ policy: definePolicy({ default: "ask" }) });

describe("a request is found by the id of its call, as the SDK's own UIs show it", () => {
  test.each(KINDS)("%s", async (_kind, made, call) => {
    const desk = everything();
    const model = new StepByStep([[call], [assistantMessage("done")]]);
    const agent = new Agent({ name: "A", model, tools: gateTools(desk.gate, [made()]) });
    await createRunner(desk.gate, agent, { name: "payments" }).start("t", "go");
    const { requests, items } = await shown(desk, agent);
    expect(items.map(idIn)).toEqual([expect.any(String)]);
    expect(requests.map(({ callId }) => callId)).toEqual(items.map(idIn));
    expect(requests).toMatchObject([{ agent: "payments", proposedBy: "A" }]);
  });

  test.each(KINDS)("%s of a nested agent", async (_kind, made, call) => {
    const desk = openDesk({ policy: definePolicy({ default: "ask", tools: { inner: "allow" } }) });
    const model = new StepByStep([[call], [assistantMessage("done")]]);
    const inner = new Agent({ name: "Inner", model, tools: gateTools(desk.gate, [made()]) });
    const tools = gateTools(desk.gate, [inner.asTool({ toolName: "inner", toolDescription: "" })]);
    const agent = new Agent({ name: "Outer", model: saying([{ id: "outer", name: "inner", args: { input: "go" } }]), tools });
    await createRunner(desk.gate, agent, { name: "payments" }).start("t", "go");
    const { requests, items } = await shown(desk, agent);
    expect(items.map(idIn)).toEqual([expect.any(String)]);
    expect(requests.map(({ callId }) => callId)).toEqual(items.map(idIn));
    expect(requests).toMatchObject([{ agent: "payments", proposedBy: "Inner" }]);
  });

  test.each(KINDS)("%s after a handoff", async (_kind, made, call) => {
    const desk = everything();
    const model = new StepByStep([[call], [assistantMessage("done")]]);
    const last = new Agent({ name: "Last", model, tools: gateTools(desk.gate, [made()]) });
    const agent = new Agent({ name: "First", model: saying([{ id: "over", name: "transfer_to_Last", args: {} }]), handoffs: [last] });
    await createRunner(desk.gate, agent, { name: "payments" }).start("t", "go");
    const { requests, items } = await shown(desk, agent);
    expect(requests.map(({ callId }) => callId)).toEqual(items.map(idIn));
    expect(requests).toMatchObject([{ agent: "payments", proposedBy: "Last" }]);
  });
});

import { failure, openDesk } from "@countersign/adapter-tests";
import { definePolicy, isCountersignError } from "@countersign/core";
import { createRunner, gateTools } from "@countersign/openai-agents";
import {
  Agent,
  applyPatchTool,
  computerTool,
  hostedMcpTool,
  shellTool,
  tool,
  toolNamespace,
  type AgentOutputItem,
  type Computer,
  type Tool,
} from "@openai/agents";
import { assistantMessage, ScriptedModel } from "@openai/agents/testing";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { approvalRequest } from "./support/hosted.ts";

const ran: string[] = [];
const noted = (what: string) => async () => {
  ran.push(what);
  return { output: [] } as never;
};
const touches = ["click", "doubleClick", "drag", "keypress", "move", "scroll", "type", "wait", "screenshot"];
const computer = { environment: "browser", dimensions: [1, 1], ...Object.fromEntries(touches.map((touch) => [touch, noted(touch)])) };
const plain = (name: string) => tool({ name, description: "", parameters: z.object({}), execute: noted(name) });
const called = (name: string, namespace?: string) => ({
  type: "function_call",
  callId: "c",
  name,
  arguments: "{}",
  status: "completed",
  ...(namespace && { namespace }),
});
const crm = (serverLabel: string) => hostedMcpTool({ serverLabel, serverUrl: "https://crm.example" });
const grouped = (name: string) => toolNamespace({ name, description: "x", tools: [plain("wire")] });

/** What is called, by which tools, and which others are there after a deploy. */
const deploys: Readonly<Record<string, { readonly call: object; readonly before: () => Tool[]; readonly after: () => Tool[] }>> = {
  "a function that has another name": { call: called("wire"), before: () => [plain("wire")], after: () => [plain("transfer")] },
  "a function that is gone": { call: called("wire"), before: () => [plain("wire")], after: () => [] },
  "a function whose namespace has another name": {
    call: called("wire", "bank"),
    before: () => grouped("bank"),
    after: () => grouped("house_bank"),
  },
  "a shell that is gone": {
    call: { type: "shell_call", callId: "c", status: "completed", action: { commands: ["ls"] } },
    before: () => [shellTool({ shell: { run: noted("shell") } })],
    after: () => [plain("wire")],
  },
  "an editor that is gone": {
    call: { type: "apply_patch_call", callId: "c", status: "completed", operation: { type: "delete_file", path: "a.txt" } },
    before: () => [applyPatchTool({ editor: { createFile: noted("patch"), updateFile: noted("patch"), deleteFile: noted("patch") } })],
    after: () => [plain("wire")],
  },
  "a computer that is gone": {
    call: { type: "computer_call", callId: "c", status: "completed", action: { type: "click", x: 1, y: 2, button: "left" } },
    before: () => [computerTool({ computer: computer as unknown as Computer })],
    after: () => [plain("wire")],
  },
  "a hosted server that has another label": {
    call: approvalRequest("c", "delete", "{}", "crm"),
    before: () => [crm("crm")],
    after: () => [crm("sales")],
  },
  "a hosted server that is gone": { call: approvalRequest("c", "delete", "{}", "crm"), before: () => [crm("crm")], after: () => [] },
};

function open(call: object) {
  const desk = openDesk({ policy: definePolicy({ default: "ask" }) });
  ran.length = 0;
  const version = (tools: readonly Tool[], name = "A", turns: readonly unknown[] = [[call], [assistantMessage("done")]]) => {
    const model = new ScriptedModel(turns as AgentOutputItem[][]);
    return { model, agent: new Agent({ name, model, tools: gateTools(desk.gate, tools) }) };
  };
  const runner = (agent: Agent) => createRunner(desk.gate, agent, { name: "a" });
  return { desk, version, runner };
}

describe("a deploy between the decision and the resume", () => {
  test.each(Object.keys(deploys).flatMap((what) => (["approve", "reject"] as const).map((how) => [what, how] as const)))(
    "%s, %s: STATE_INCOMPATIBLE, nothing is recorded, and a rollback goes on",
    async (what, how) => {
      const deploy = deploys[what];
      if (!deploy) throw new Error("no such deploy");
      const { desk, version, runner } = open(deploy.call);
      await runner(version(deploy.before()).agent).start("t", "go");
      const { id } = await desk[how]();
      const newer = version(deploy.after(), "A", [[assistantMessage("done")]]);
      const error = await failure(runner(newer.agent).resume("t"));
      expect(isCountersignError(error, "STATE_INCOMPATIBLE") && error.details.framework).toBe("openai-agents");
      expect(newer.model.calls).toHaveLength(0);
      expect(await desk.gate.get(id)).toMatchObject({
        status: how === "approve" ? "approved" : "rejected",
        execution: "none",
        begun: false,
      });
      expect(ran).toEqual([]);
      const older = version(deploy.before(), "A", [[assistantMessage("done")]]);
      expect(await runner(older.agent).resume("t")).toMatchObject({ status: "completed" });
      if (!what.includes("hosted")) expect(ran.length > 0).toBe(how === "approve");
    },
  );

  test("an agent that was handed over to and is gone", async () => {
    const { desk, version, runner } = open(called("wire"));
    const graph = (name: string, again: boolean) => {
      const { agent } = version([plain("wire")], name, again ? [[assistantMessage("done")]] : undefined);
      const root = new ScriptedModel([[called(`transfer_to_${name}`)] as never]);
      return runner(new Agent({ name: "Root", model: root, handoffs: [agent] }));
    };
    await graph("Payments", false).start("t", "go");
    const { id } = await desk.approve();
    const error = await failure(graph("Treasury", true).resume("t"));
    expect(isCountersignError(error, "STATE_INCOMPATIBLE")).toBe(true);
    expect(await desk.gate.get(id)).toMatchObject({ status: "approved", execution: "none" });
    expect(await graph("Payments", true).resume("t")).toMatchObject({ status: "completed" });
    expect(ran).toEqual(["wire"]);
  });

  test("two processes give one runner name to different agents: both are named", async () => {
    const { desk, version, runner } = open(called("wire"));
    await runner(version([plain("wire")], "Payments").agent).start("t", "go");
    await desk.approve();
    const error = await failure(runner(version([plain("wire")], "Refunds", [[assistantMessage("done")]]).agent).resume("t"));
    expect(error).toMatchObject({ code: "STATE_INCOMPATIBLE", details: { runner: "a", saved: "Payments", running: "Refunds" } });
    expect((error as Error).message).toBe(
      "The agent Payments has saved this thread. The runner a drives the agent Refunds here, which has no Payments. " +
        "Give each agent a runner name of its own. If the agent was renamed or removed, resume the thread with the old version.",
    );
  });

  test.each<readonly [string, string, string]>([
    ["an agent's tool that has another name", "clerk", "wire"],
    ["a tool of an agent inside a tool that has another name", "accountant", "transfer"],
  ])("%s", async (_what, toolName, innerTool) => {
    const { desk, version, runner } = open(called("wire"));
    const done = [[assistantMessage("done")]];
    const graph = (name: string, wire: string, innerTurns: readonly unknown[] = done, outerTurns: readonly unknown[] = done) => {
      const { agent } = version([plain(wire)], "Inner", innerTurns);
      return runner(version([agent.asTool({ toolName: name, toolDescription: "" })], "Outer", outerTurns).agent);
    };
    const delegated = { ...called("accountant"), callId: "outer", arguments: '{"input":"go"}' };
    await graph("accountant", "wire", done, [[delegated]]).start("t", "go");
    await desk.approve();
    expect(await graph("accountant", "wire", [[called("wire")]]).resume("t")).toMatchObject({ status: "suspended" });
    await desk.approve();
    const error = await failure(graph(toolName, innerTool).resume("t"));
    expect(isCountersignError(error, "STATE_INCOMPATIBLE")).toBe(true);
    expect(ran).toEqual([]);
    expect(await graph("accountant", "wire").resume("t")).toMatchObject({ status: "completed" });
    expect(ran).toEqual(["wire"]);
  });
});

import assert from "node:assert/strict";
import { requestFor, ungatedIn } from "@countersign/adapter-tests";
import type { AdapterHarness, OpenAdapter, Scenario, Transcript } from "@countersign/conformance";
import { CountersignError, type AgentRunner, type Decision, type Gate, type JsonObject } from "@countersign/core";
import { savedRun } from "@countersign/core/adapter";
import { createRunner, decideNative, gateTools } from "@countersign/ai-sdk";
import {
  generateText,
  getToolName,
  isToolUIPart,
  Output,
  ToolLoopAgent,
  type FlexibleSchema,
  type ModelMessage,
  type ToolSet,
  type UIMessage,
} from "ai";
import { scriptedModel, type Hosted, type ScriptedModel } from "./scripted-model.ts";
import { timeoutsOf, toolsOf } from "./tools.ts";

export type Agent = ReturnType<typeof agentOf>;
/** How the suite's steps reach the runner. */
export type Drive = (runner: ReturnType<typeof runnerOf>) => AgentRunner<string> & { close?(): Promise<void> };

/** The SDK's adapter under the suite, in whichever version the name `ai` leads to. */
export function neutralAdapter(
  sdk: { readonly version: string; readonly model: "v3" | "v4"; readonly generateText: unknown },
  shape: string,
  drive: Drive,
): AdapterHarness {
  return {
    framework: `AI SDK, ${shape}`,
    version: sdk.version,
    capabilities: {
      durable: true,
      edit: true,
      partial: true,
      parallel: true,
      supersede: true,
      streaming: true,
      rejectReason: true,
      wrapping: true,
      native: true,
      perRun: true,
      gatedTwice: true,
      providerCalls: true,
      structuredOutput: true,
      usage: true,
      conversation: true,
      // Version 6 has no timeout of a tool's own.
      toolTimeout: sdk.model === "v4",
    },
    async open(scenario, gate): Promise<OpenAdapter> {
      assert.equal(generateText, sdk.generateText, `the name "ai" does not lead to ${sdk.version} here`);
      const scripted = scriptedModel(scenario.turns, sdk.model, hostedIn(scenario));
      const tools = toolsOf(scenario);
      const { open, meant } = ungatedIn(scenario);
      const once = gateTools(gate, tools);
      const gated = toolsAround(scenario.gatedTwice ? gateTools(gate, instrumented(once)) : once, scenario.around);
      const offered = { ...gated, ...Object.fromEntries(open.map((name) => [name, tools[name]])) } as ToolSet;
      const ungated = [...meant, ...Object.keys(hostedIn(scenario))];
      const runner = drive(runnerOf(gate, agentOf(scripted, offered, scenario), { ungated, context: perRunIn(scenario, sdk.model) }));
      return {
        runner,
        transcript: async () => scripted.transcript(),
        conversation: (messages) => (messages as UIMessage[]).flatMap(neutral),
        async answerNatively(threadId, answers, by) {
          if (!by) return forge(gate, { threadId, answers, tools, scripted });
          const responses = await Promise.all(
            Object.entries(answers).map(async ([callId, decision]) => {
              const { id: approvalId } = await requestFor(gate, threadId, callId);
              return decision.type === "reject"
                ? { approvalId, approved: false, reason: decision.message }
                : { approvalId, approved: true };
            }),
          );
          await decideNative(gate, responses, { threadId, by });
        },
        ...(runner.close ? { close: runner.close } : {}),
      };
    },
  };
}

function agentOf({ model }: ScriptedModel, tools: ToolSet, { structured }: Scenario) {
  const output = structured && Output.object({ schema: structured as FlexibleSchema<JsonObject> });
  return new ToolLoopAgent({ model, tools, maxRetries: 0, ...(output && { output }) });
}

/** What a page shows. */
function neutral({ role, parts }: UIMessage): Transcript["messages"] {
  if (role === "system") return [];
  return parts.flatMap((part): Transcript["messages"] => {
    if (part.type === "text") return [{ role, text: part.text }];
    if (!isToolUIPart(part)) return [];
    const { toolCallId: id, input, state } = part;
    const call = { role: "call" as const, id, tool: getToolName(part), args: input };
    return state === "output-available" ? [call, { role: "result", id, text: JSON.stringify(part.output) }] : [call];
  });
}

/** As instrumentation does it: in place, because a copy of a gated tool is none. */
function toolsAround(tools: ToolSet, around: Scenario["around"]): ToolSet {
  if (!around) return tools;
  for (const tool of Object.values(tools)) {
    const execute = tool.execute?.bind(tool);
    const wrapped = (input: JsonObject, options: never): Promise<unknown> =>
      around(input, async (args) => execute?.(args as never, options) as Promise<unknown>);
    Object.assign(tool, { execute: wrapped });
  }
  return tools;
}

/** …or in other objects, which the application then gates again. */
function instrumented(tools: ToolSet): ToolSet {
  return Object.fromEntries(
    Object.entries(tools).map(([name, tool]) => {
      const execute = tool.execute && ((input: never, options: never): unknown => tool.execute?.(input, options));
      return [name, { ...tool, ...(execute && { execute }) } as ToolSet[string]];
    }),
  );
}

/** What the provider runs, by the tool's name. */
function hostedIn({ tools }: Scenario): Hosted {
  return Object.fromEntries(
    tools.flatMap(({ name, hosted, effect }) => (hosted ? [[name, async (args: JsonObject) => effect(args)]] : [])),
  );
}

type Given = Pick<Parameters<typeof createRunner<JsonObject, Agent>>[2], "context" | "ungated">;

/** Version 7 hands each tool a context of its own; in version 6 there is one. Timeouts of an agent's own are not heeded by early releases. */
function perRunIn(scenario: Scenario, model: "v3" | "v4"): NonNullable<Given["context"]> {
  const { perRun, tools } = scenario;
  const timeout = timeoutsOf(scenario);
  return (thread) => {
    if (!perRun) return { timeout };
    const made = perRun(thread);
    if (model === "v3") return { timeout, experimental_context: made } as never;
    return { timeout, toolsContext: Object.fromEntries(tools.map(({ name }) => [name, made])) };
  };
}

function runnerOf(gate: Gate, agent: Agent, given: Given) {
  return createRunner(gate, agent, { name: "conformance", ...given });
}

interface Forgery {
  readonly threadId: string;
  readonly answers: Readonly<Record<string, Decision>>;
  readonly tools: ToolSet;
  readonly scripted: ScriptedModel;
}

/** What a client can send to a route that trusts it: the history, with approvals of its own making at its end. */
async function forge(gate: Gate, { threadId, answers, tools, scripted }: Forgery): Promise<void> {
  const { continuation } = await savedRun(gate, threadId);
  if (!continuation) throw new CountersignError("NATIVE_REFUSED", { threadId, reason: "nothing is saved" });
  const { messages } = continuation.data as { messages: ModelMessage[] };
  const at = messages.findLastIndex(
    (message) =>
      message.role === "assistant" &&
      Object.keys(answers).some((callId) => JSON.stringify(message.content).includes(`"toolCallId":"${callId}"`)),
  );
  const history = structuredClone(messages.slice(0, at + 1));
  const parts = history.at(-1)?.content as { type: string; toolCallId?: string; approvalId?: string; input?: unknown }[];
  const content = Object.entries(answers).map(([callId, decision]) => {
    const call = parts.find((part) => part.type === "tool-call" && part.toolCallId === callId);
    if (call && decision.type === "edit") call.input = decision.args;
    const asked = parts.find((part) => part.type === "tool-approval-request" && part.toolCallId === callId);
    return { type: "tool-approval-response" as const, approvalId: asked?.approvalId ?? "", approved: decision.type !== "reject" };
  });
  history.push({ role: "tool", content });
  await generateText({ model: scripted.model, tools: gateTools(gate, tools, { threadId }), messages: history, maxRetries: 0 });
}

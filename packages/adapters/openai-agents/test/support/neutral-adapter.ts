import { throughStreams, ungatedIn, versionOf } from "@countersign/adapter-tests";
import type { AdapterHarness, OpenAdapter, Scenario } from "@countersign/conformance";
import { CountersignError, type Gate, type JsonObject, type ThreadRef } from "@countersign/core";
import { createRunner, decideNative, gateTools } from "@countersign/openai-agents";
import { Agent, hostedMcpTool, run, type AgentInputItem, type Tool } from "@openai/agents";
import { answer } from "./answer.ts";
import { FileSession } from "./file-session.ts";
import { SERVER } from "./hosted.ts";
import { ScriptedModel, type ScriptedCall } from "./scripted-model.ts";
import { conversationOf, modelOf, toolsOf, transcriptOf, type Tools } from "./neutral.ts";
import { savedState } from "./saved-state.ts";

/** How one shape of use differs from the plain one. */
interface Shape {
  /** The conversation is kept by a session of the SDK. */
  readonly session?: boolean;
  /** Every start and resume is a streamed one. */
  readonly streamed?: boolean;
  /** The agent that has the tools is reached by a handoff. */
  readonly handoff?: boolean;
}

/** The SDK's adapter under the suite. */
export function neutralAdapter(shape: string, options: Shape = {}): AdapterHarness {
  return {
    framework: `OpenAI Agents, ${shape}`,
    version: versionOf("@openai/agents", import.meta.url),
    capabilities: {
      durable: true,
      edit: true,
      partial: true,
      parallel: true,
      supersede: true,
      streaming: true,
      subagents: true,
      rejectReason: true,
      wrapping: true,
      native: true,
      toolTimeout: true,
      checks: true,
      providerCalls: true,
      perRun: true,
      gatedTwice: true,
      structuredOutput: true,
      usage: true,
      conversation: true,
      // Within a run the SDK takes a call for done if its id was answered before.
      repeatedIds: false,
    },
    async open(scenario, gate, dir): Promise<OpenAdapter> {
      const model = modelOf(scenario.turns, scenario.tools);
      const outputType = (scenario.structured ?? "text") as "text";
      const payments = new Agent({ name: "Payments", model, tools: toolsIn(scenario, gate), outputType });
      const agent = options.handoff ? handingOffTo(payments) : payments;
      const { perRun } = scenario;
      const context = (thread: ThreadRef<JsonObject>) => ({
        ...(options.session ? { session: new FileSession(dir, thread.threadId) } : {}),
        ...(perRun ? { context: perRun(thread) } : {}),
      });
      const named = { name: "conformance", ungated: ungatedIn(scenario).meant };
      const runner = createRunner(gate, agent, { ...named, context }) as unknown as OpenAdapter["runner"];
      return {
        runner: options.streamed ? throughStreams(runner) : runner,
        transcript: async () => transcriptOf(model),
        conversation: (messages) => conversationOf(messages as readonly AgentInputItem[]),
        async answerNatively(threadId, answers, by) {
          const state = await savedState(gate, agent, threadId);
          if (!state) throw new CountersignError("NATIVE_REFUSED", { threadId, reason: "the run isn't paused" });
          for (const [callId, decision] of Object.entries(answers)) answer(state, callId, decision);
          if (by) await decideNative(gate, state, { threadId, by });
          else await run(agent, state);
        },
      };
    },
  };
}

/** An agent that hands every conversation over at once. */
function handingOffTo(payments: Agent): Agent {
  const handoff = (): ScriptedCall[] => [{ id: `handoff-${crypto.randomUUID()}`, name: "transfer_to_Payments", args: {} }];
  const model = new ScriptedModel(handoff, undefined, {}, {});
  return new Agent({ name: "Triage", model, handoffs: [payments] });
}

function toolsIn(scenario: Scenario, gate: Gate) {
  const tools = toolsOf(scenario);
  const open = tools.filter(({ name }) => ungatedIn(scenario).open.includes(name));
  const again = scenario.gatedTwice ? (given: Tools) => gateTools(gate, given) : (given: Tools) => given;
  const own = toolsAround(again(gateTools(gate, tools.filter((tool) => !open.includes(tool)))), scenario.around); // prettier-ignore
  const hosted = scenario.tools.some((tool) => tool.hosted) ? again(gateTools(gate, [bank()]) as never) : [];
  const agents = (scenario.subagents ?? []).map(({ name, description, turns }) =>
    new Agent({ name, model: modelOf(turns), tools: own }).asTool({ toolName: name, toolDescription: description, parameters: TASK }),
  );
  return [...own, ...open, ...hosted, ...again(gateTools(gate, agents as never))];
}

/** What its provider runs for a model. */
function bank(): Tool {
  return hostedMcpTool({ serverLabel: SERVER, serverUrl: "https://bank.example" });
}

/** As instrumentation does it: in place, because a copy of a gated tool is none. */
function toolsAround(tools: Tools, around: Scenario["around"]): Tools {
  if (!around) return tools;
  for (const tool of tools) {
    const invoke = tool.invoke.bind(tool);
    tool.invoke = (context, input, details) =>
      around(JSON.parse(input) as JsonObject, async (args) => invoke(context, JSON.stringify(args), details) as Promise<unknown>);
  }
  return tools;
}

const TASK = {
  type: "object",
  properties: { task: { type: "string" } },
  required: ["task"],
  additionalProperties: false,
} as never;

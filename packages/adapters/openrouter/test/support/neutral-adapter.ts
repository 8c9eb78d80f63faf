import { throughStreams, versionOf } from "@countersign/adapter-tests";
import type { AdapterHarness, OpenAdapter, Scenario } from "@countersign/conformance";
import type { ThreadRef } from "@countersign/core";
import { createRunner, decideNative, gateCall, gateTools } from "@countersign/openrouter";
import type { InlineHookConfig, InputsUnion, ModelResult, Tool } from "@openrouter/agent";
import { clientOf } from "./client.ts";
import { conversationIn, messagesIn, modelOf, toolsAround, toolsOf } from "./neutral.ts";
import { startResponsesServer } from "./responses-server.ts";

type Messages = Exclude<InputsUnion, string>;
type Runner = OpenAdapter["runner"];
type Streamed = Awaited<ReturnType<Runner["stream"]>>;

/** The SDK's adapter under the suite. `streamed`: every start and resume is. */
export function neutralAdapter(shape: string, { streamed = false }: { readonly streamed?: boolean } = {}): AdapterHarness {
  return {
    framework: `OpenRouter Agent, ${shape}`,
    version: versionOf("@openrouter/agent", import.meta.url),
    capabilities: {
      durable: true,
      edit: true,
      partial: true,
      parallel: true,
      supersede: true,
      streaming: true,
      rejectReason: true,
      native: true,
      wrapping: true,
      checks: true,
      perRun: true,
      gatedTwice: true,
      usage: true,
      conversation: true,
      // The SDK's answer is text.
      structuredOutput: false,
      // The runner gates the tools by itself.
      ungated: false,
    },
    async open(scenario, gate): Promise<OpenAdapter> {
      const model = modelOf(scenario.turns);
      const server = await startResponsesServer(model, { repeatedIds: true });
      const client = clientOf(server);
      const tools = toolsOf(scenario);
      const { around, gatedTwice } = scenario;
      // The runner gates them by itself: to have something around a gated tool, or two gates, an application gates them before.
      const given = (around ?? gatedTwice) ? toolsAround(gateTools(gate, tools), around) : tools;
      const runner = eventful(
        createRunner(gate, client, { name: "conformance", model: "scripted", tools: given, ...checking(scenario), ...perRun(scenario) }),
      );
      return {
        runner: streamed ? throughStreams(runner) : runner,
        transcript: async () => ({ requests: server.requests.length, messages: messagesIn(model.lastItems) }),
        conversation: (messages) => conversationIn(messages as Messages),
        async answerNatively(threadId, answers, by) {
          const ids = Object.keys(answers);
          const isNo = (callId: string): boolean => answers[callId]?.type === "reject";
          const answer = { approveToolCalls: ids.filter((id) => !isNo(id)), rejectToolCalls: ids.filter(isNo) };
          if (by) await decideNative(gate, answer, { threadId, by });
          // What a route does that hands a client's answer on: the SDK has no arguments in it, so that an edit is a yes.
          else await client.callModel({ model: "scripted", input: [], ...gateCall(gate, tools, { threadId }), ...answer }).getText();
        },
        close: () => server.close(),
      };
    },
  };
}

/** The framework's own check of a tool's arguments. */
function checking({ check }: Scenario): { readonly hooks?: InlineHookConfig } {
  if (!check) return {};
  const handler = ({ toolInput }: { readonly toolInput: Record<string, unknown> }): { readonly block: string } | undefined => {
    const refusal = check(toolInput);
    return refusal === undefined ? undefined : { block: refusal };
  };
  return { hooks: { PreToolUse: [{ handler }] } };
}

/** What the framework hands to tools, it is given by their names. The scenario's tools have no schema for it, and so no types. */
function perRun({ perRun: made, tools }: Scenario): { readonly context?: (thread: ThreadRef) => { readonly context: never } } {
  if (!made) return {};
  const contextsFor = (thread: ThreadRef): object => Object.fromEntries(tools.map(({ name }) => [name, made(thread as never)]));
  return { context: (thread) => ({ context: contextsFor(thread) as never }) };
}

/** Of a stream its events. */
function eventful(runner: Runner): Runner {
  const events = ({ stream, outcome }: Streamed): Streamed => ({
    stream: (stream as ModelResult<readonly Tool[]>).getFullResponsesStream(),
    outcome,
  });
  return {
    ...runner,
    stream: async (...given) => events(await runner.stream(...given)),
    resumeStream: async (...given) => events(await runner.resumeStream(...given)),
  };
}

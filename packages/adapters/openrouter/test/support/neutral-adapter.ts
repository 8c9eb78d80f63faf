import { throughStreams, versionOf } from "@countersign/adapter-tests";
import type { AdapterHarness, OpenAdapter } from "@countersign/conformance";
import { createRunner, decideNative, gateCall } from "@countersign/openrouter";
import type { ModelResult, Tool } from "@openrouter/agent";
import { clientOf } from "./client.ts";
import { messagesIn, modelOf, toolsOf } from "./neutral.ts";
import { startResponsesServer } from "./responses-server.ts";

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
      // The runner gates the tools by itself.
      ungated: false,
    },
    async open(scenario, gate): Promise<OpenAdapter> {
      const model = modelOf(scenario.turns);
      const server = await startResponsesServer(model, { repeatedIds: true });
      const client = clientOf(server);
      const tools = toolsOf(scenario);
      const runner = eventful(createRunner(gate, client, { name: "conformance", model: "scripted", tools }));
      return {
        runner: streamed ? throughStreams(runner) : runner,
        transcript: async () => ({ requests: server.requests.length, messages: messagesIn(model.lastItems) }),
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

import { isCountersignError, type AgentRunner } from "@countersign/core";
import { TOKENS, type AdapterHarness, type Scenario, type Transcript } from "@countersign/conformance";
import { createRunner } from "./adapter.ts";
import { decideNative } from "./decide-native.ts";
import type { Flaw } from "./flaw.ts";
import type { Agent, Message } from "./framework.ts";
import { asProvider } from "./provider.ts";
import { schemasOf, toolsOf } from "./tools.ts";

/** The mini framework under the suite: sound, or with a flaw. */
export function miniHarness(flaw?: Flaw): AdapterHarness {
  return {
    framework: "mini",
    version: "1.0.0",
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
      perRun: true,
      gatedTwice: true,
      checks: true,
      providerCalls: true,
      structuredOutput: true,
      usage: true,
      conversation: true,
    },
    async open(scenario, gate) {
      const seen: { messages: readonly Message[]; requests: number } = { messages: [], requests: 0 };
      const effects = (of: Scenario["tools"]): Agent["tools"] => Object.fromEntries(of.map(({ name, effect }) => [name, effect]));
      const { open = [], gated = [], hosted = [] } = Object.groupBy(scenario.tools, kindOf);
      const tools = toolsOf(gated);
      const schemas = flaw === "reads-no-schemas" ? {} : schemasOf(gated);
      const ofProvider = effects(hosted);
      const nested = (scenario.subagents ?? []).map(({ name, turns }): [string, Agent] => [
        name,
        { model: scripted(turns, ofProvider), tools, schemas, agents: {}, timeouts: {}, around: scenario.around },
      ]);
      const timeouts = Object.fromEntries(scenario.tools.flatMap(({ name, timeout }) => (timeout === undefined ? [] : [[name, timeout]])));
      const model = scripted(scenario.turns, ofProvider, seen);
      const around = flaw === "wraps-nothing" ? undefined : scenario.around;
      const agents = Object.fromEntries(nested);
      const { check, gatedTwice } = scenario;
      const structured = scenario.structured !== undefined;
      const own = effects(open);
      const agent: Agent = {
        model,
        tools,
        schemas,
        agents,
        own,
        hosted: Object.keys(ofProvider),
        timeouts,
        around,
        check,
        gatedTwice,
        structured,
      };
      const meant = open.filter(({ ungated }) => ungated === "meant").map(({ name }) => name);
      const runner = createRunner(gate, agent, { flaw, ungated: meant, context: scenario.perRun });
      const flawed =
        flaw === "cancels-instead-of-refusing" ||
        flaw === "forgets-requester" ||
        flaw === "replays-nothing" ||
        flaw === "starts-unknown-threads";
      return {
        runner: (flawed ? mishandled(runner, flaw) : runner) as AgentRunner<string>,
        transcript: async () => ({ requests: seen.requests, messages: seen.messages.flatMap(shown) }),
        conversation: (messages) => (messages as readonly Message[]).flatMap(shown),
        async answerNatively(threadId, answers, by) {
          if (by) await decideNative(gate, answers, { threadId, by: flaw === "trusts-native-answer" ? { id: "native" } : by }, flaw);
          else await runner.resume(threadId, { answers });
        },
      };
    },
  };
}

function kindOf({ ungated, hosted }: Scenario["tools"][number]): "open" | "gated" | "hosted" {
  if (hosted) return "hosted";
  return ungated ? "open" : "gated";
}

/** Says its lines one after the other: which one it is follows from the history, as another process goes on in the middle. */
function scripted(
  turns: Scenario["turns"],
  hosted: Agent["tools"],
  seen?: { messages: readonly Message[]; requests: number },
): Agent["model"] {
  return async (messages) => {
    await asProvider(messages, hosted);
    if (seen) {
      seen.messages = [...messages];
      seen.requests++;
    }
    const turn = turns[messages.filter(({ role }) => role === "model").length] ?? { text: "" };
    if ("fails" in turn) throw new Error(turn.fails);
    if ("text" in turn) return { role: "model", text: turn.text, usage: USAGE };
    return { role: "model", usage: USAGE, calls: turn.calls.map(({ id, tool, args }) => ({ id, name: tool, args })) };
  };
}

const USAGE = { ...TOKENS, totalTokens: TOKENS.inputTokens + TOKENS.outputTokens, cachedInputTokens: 0, reasoningTokens: 0 };

function shown({ role, text = "", calls, id = "" }: Message): Transcript["messages"] {
  if (calls) return calls.map((call) => ({ role: "call", id: call.id, tool: call.name, args: call.args }));
  if (role === "tool") return [{ role: "result", id, text }];
  return [{ role: role === "user" ? "user" : "assistant", text }];
}

/** Flaws of the runner as a whole. */
function mishandled(runner: AgentRunner, flaw: Flaw): AgentRunner {
  const options =
    flaw === "cancels-instead-of-refusing"
      ? { pending: "cancel" as const }
      : flaw === "forgets-requester"
        ? { requestedBy: undefined }
        : {};
  return {
    ...runner,
    start: (threadId, input, given) => runner.start(threadId, input, { ...given, ...options }),
    resume: async (threadId, given) => {
      const outcome = await runner.resume(threadId, given).catch((error: unknown) => {
        if (flaw === "starts-unknown-threads" && isCountersignError(error, "THREAD_UNKNOWN")) return runner.start(threadId, "go");
        throw error;
      });
      if (flaw === "replays-nothing" && outcome.status === "completed" && outcome.replayed)
        return { ...outcome, text: "nothing to say", replayed: false };
      return outcome;
    },
  };
}

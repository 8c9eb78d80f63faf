import { requestFor, ungatedIn, versionOf } from "@countersign/adapter-tests";
import type { AdapterHarness, OpenAdapter, Scenario } from "@countersign/conformance";
import { digestOf, type Gate } from "@countersign/core";
import { createRunner, decideNative } from "@countersign/langgraph";
import type { BaseMessage } from "@langchain/core/messages";
import type { BaseCheckpointSaver } from "@langchain/langgraph";
import { Command } from "@langchain/langgraph";
import { CAPABILITIES } from "./capabilities.ts";
import { hitlDecision, modelOf, saverIn, shown, toolsOf, transcriptOf } from "./neutral.ts";
import type { ScriptedModel } from "./scripted-model.ts";

interface Graph {
  invoke(input: unknown, config?: unknown): Promise<unknown>;
  stream(input: unknown, config?: unknown): Promise<unknown>;
}
export type Tools = ReturnType<typeof toolsOf>;
/** One shape of agent: the same for the outer agent and for those inside its tools, which have no checkpointer of their own. */
export type Build = (parts: Parts) => Graph;
export interface Parts {
  readonly gate: Gate;
  readonly model: ScriptedModel;
  readonly tools: Tools;
  /** Tools without the gate around them. */
  readonly open?: Tools;
  readonly checkpointer?: BaseCheckpointSaver;
  readonly around?: Scenario["around"];
  readonly check?: Scenario["check"];
  readonly gatedTwice?: boolean;
  readonly structured?: Scenario["structured"];
}

/** What the graph's own state is kept by, in one process. */
export interface OpenSaver {
  readonly checkpointer: BaseCheckpointSaver;
  close(): Promise<void>;
}

async function sqliteSaver(dir: string): Promise<OpenSaver> {
  const checkpointer = saverIn(dir);
  return { checkpointer, close: async () => void checkpointer.db.close() };
}

/** LangGraph's adapter under the suite, for whatever shape of agent. */
export function neutralAdapter(
  shape: string,
  build: Build,
  nested: (agent: Graph, name: string) => Tools[number],
  capabilities: AdapterHarness["capabilities"] = {},
  openSaver: (dir: string) => Promise<OpenSaver> = sqliteSaver,
): AdapterHarness {
  return {
    framework: `LangGraph, ${shape}`,
    version: versionOf("@langchain/langgraph", import.meta.url),
    capabilities: { ...CAPABILITIES, ...capabilities },
    async open(scenario, gate, dir): Promise<OpenAdapter> {
      const { checkpointer, close } = await openSaver(dir);
      const model = modelOf(scenario.turns);
      const names = ungatedIn(scenario);
      const { open = [], own = [] } = Object.groupBy(toolsOf(scenario), ({ name }) => (names.open.includes(name) ? "open" : "own"));
      const agents = (scenario.subagents ?? []).map(({ name, turns }) => nested(build({ gate, model: modelOf(turns), tools: own }), name));
      const { around, check, perRun, gatedTwice = false, structured } = scenario;
      const graph = build({ gate, model, tools: [...own, ...agents], open, checkpointer, around, check, gatedTwice, structured });
      const context = perRun && ((thread: Parameters<typeof perRun>[0]) => ({ context: perRun(thread) }));
      const config = (threadId: string) => ({ configurable: { thread_id: threadId } });
      return {
        runner: createRunner(gate, graph as never, {
          name: "conformance",
          ungated: names.meant,
          ...(context && { context: context as never }),
        }) as OpenAdapter["runner"],
        transcript: async () => transcriptOf(model),
        conversation: (messages) => (messages as BaseMessage[]).flatMap(shown),
        async answerNatively(threadId, answers, by) {
          const answered = await Promise.all(
            Object.entries(answers).map(async ([callId, decision]) => ({ decision, request: await requestFor(gate, threadId, callId) })),
          );
          const decisions = answered.map(({ decision, request }) => hitlDecision(decision, request.tool));
          const command = new Command({ resume: { decisions } });
          if (!by) return void (await graph.invoke(command, config(threadId)));
          const shown = answered.map(({ request }) => ({ id: request.id, digest: digestOf(request) }));
          await decideNative(gate, command, { threadId, by, positional: { shown } });
        },
        close,
      };
    },
  };
}

import type { AdapterHarness, Scenario, Transcript } from "@countersign/conformance";
import type { AgentRunner } from "@countersign/core";
import { createRunner } from "./adapter.ts";
import { proposes, type Agent, type Message, type Tool } from "./framework.ts";

/** The suite loads this module in every process that it starts. */
export default {
  framework: "little loop",
  version: "1.0.0",
  // What is not declared is absent: this adapter can't stream, and knows neither nested agents nor answers of its own. Every
  // tool runs through its loop, so that none can be forgotten.
  capabilities: {
    durable: true,
    edit: true,
    partial: true,
    parallel: true,
    supersede: true,
    rejectReason: true,
    conversation: true,
    ungated: false,
  },
  async open({ tools, turns }, gate) {
    let shown: readonly Message[] = [];
    let requests = 0;
    const model = async (messages: readonly Message[]): Promise<Message> => {
      shown = [...messages];
      requests++;
      return line(turns, messages);
    };
    const agent: Agent = { model, tools: Object.fromEntries(tools.map((tool) => [tool.name, toolOf(tool)])) };
    return {
      runner: createRunner(gate, agent, { name: "conformance" }) as AgentRunner<string>,
      transcript: async () => ({ requests, messages: shown.flatMap(neutral) }),
      conversation: (messages) => (messages as readonly Message[]).flatMap(neutral),
    };
  },
} satisfies AdapterHarness;

/** As frameworks do: what the model wrote goes through the tool's schema, and what comes out of it is what the tool gets. */
function toolOf(tool: Scenario["tools"][number]): Tool {
  const parse: Tool["parse"] = async (args) => {
    const read = await tool.args["~standard"].validate(args);
    return read.issues ? { issues: read.issues.map(({ message }) => ({ message, path: [] })) } : { value: read.value };
  };
  return {
    parse,
    async run(args) {
      const read = await parse(args);
      if ("issues" in read) throw new Error(read.issues.map(({ message }) => message).join("; "));
      return tool.effect(read.value as Record<string, unknown>);
    },
  };
}

/** Which line it is follows from the history, not from a counter: another process goes on in the middle. */
function line(turns: Scenario["turns"], messages: readonly Message[]): Message {
  const turn = turns[messages.filter(({ role }) => role === "assistant").length] ?? { text: "" };
  if ("fails" in turn) throw new Error(turn.fails);
  if ("text" in turn) return { role: "assistant", text: turn.text };
  return { role: "assistant", calls: turn.calls.map(({ id, tool, args }) => ({ id, name: tool, args })) };
}

function neutral(message: Message): Transcript["messages"] {
  if (proposes(message)) return message.calls.map(({ id, name, args }) => ({ role: "call", id, tool: name, args }));
  return [message.role === "tool" ? { role: "result", id: message.id, text: message.text } : { role: message.role, text: message.text }];
}

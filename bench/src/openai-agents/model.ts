import { tool, Usage, type AgentOutputItem, type FunctionTool, type Model, type ModelRequest, type ModelResponse } from "@openai/agents";
import { ARGS, Payment } from "../stores/policy.ts";

/** A model that answers at once: it proposes its calls, and when it has their results, it is done. */
export class InstantModel implements Model {
  readonly tool: string;
  readonly calls: number;

  constructor(toolName: string, calls: number) {
    this.tool = toolName;
    this.calls = calls;
  }

  async getResponse({ input }: ModelRequest): Promise<ModelResponse> {
    const last = typeof input === "string" ? undefined : input.at(-1);
    return { usage: new Usage(), output: last?.type === "function_call_result" ? [DONE] : this.#proposals() };
  }

  async *getStreamedResponse(): AsyncIterable<never> {}

  #proposals(): AgentOutputItem[] {
    return Array.from({ length: this.calls }, (_, i) => ({
      type: "function_call",
      callId: `call_${i}`,
      name: this.tool,
      arguments: JSON.stringify(ARGS),
      status: "completed",
    }));
  }
}

const DONE: AgentOutputItem = {
  type: "message",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text: "Done." }],
};

/** A tool that does nothing. */
export function instantTool(name: string, needsApproval = false): FunctionTool {
  const execute = async ({ recipient }: { recipient: string }): Promise<string> => `paid ${recipient}`;
  return tool({ name, description: "Pays a vendor", parameters: Payment, needsApproval, execute }) as unknown as FunctionTool;
}

import { BaseChatModel } from "@langchain/core/language_models/chat_models";
import { AIMessage, ToolMessage, type BaseMessage } from "@langchain/core/messages";
import type { ChatResult } from "@langchain/core/outputs";
import { tool } from "langchain";
import { ARGS, Payment } from "../stores/policy.ts";

/** A model that answers at once: it proposes its calls, and when it has their results, it is done. */
export class InstantModel extends BaseChatModel {
  readonly tool: string;
  readonly calls: number;

  constructor(toolName: string, calls: number) {
    super({});
    this.tool = toolName;
    this.calls = calls;
  }

  override _llmType(): string {
    return "instant";
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[]): Promise<ChatResult> {
    const message = ToolMessage.isInstance(messages.at(-1))
      ? new AIMessage("Done.")
      : new AIMessage({
          content: "",
          tool_calls: Array.from({ length: this.calls }, (_, i) => ({
            name: this.tool,
            args: { ...ARGS },
            id: `call_${i}`,
            type: "tool_call",
          })),
        });
    return { generations: [{ message, text: message.text }] };
  }
}

/** A tool that does nothing. */
export function instantTool(name: string) {
  return tool(async ({ recipient }: { recipient: string }) => `paid ${recipient}`, { name, description: "Pays a vendor", schema: Payment });
}

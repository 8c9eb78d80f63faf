/** A framework as small as one can be: a model that answers, tools that it may call, a loop around both. */
export type Message =
  | { readonly role: "user" | "assistant"; readonly text: string }
  | { readonly role: "assistant"; readonly calls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly id: string; readonly text: string };

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface Agent {
  readonly model: (messages: readonly Message[]) => Promise<Message>;
  readonly tools: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => unknown>>;
}

export const proposes = (message: Message | undefined): message is Extract<Message, { calls: unknown }> =>
  message !== undefined && "calls" in message;

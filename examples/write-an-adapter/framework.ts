/** A framework as small as one can be: a model that answers, tools that it may call, a loop around both. */
export type Message =
  | { readonly role: "user" | "assistant"; readonly text: string }
  | { readonly role: "assistant"; readonly calls: readonly ToolCall[] }
  | { readonly role: "tool"; readonly id: string; readonly text: string };

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: Args;
}

export interface Agent {
  readonly model: (messages: readonly Message[]) => Promise<Message>;
  readonly tools: Readonly<Record<string, Tool>>;
}

export interface Tool {
  /** Reads what the model wrote: with defaults and transforms, or why it can't be read. */
  readonly parse: (args: Args) => Promise<Read>;
  /** Is given what the model wrote, or what a reviewer made of it. */
  readonly run: (args: Args) => unknown;
}
type Args = Readonly<Record<string, unknown>>;
type Read =
  | { readonly value: unknown }
  | { readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[] };

export const proposes = (message: Message | undefined): message is Extract<Message, { calls: unknown }> =>
  message !== undefined && "calls" in message;

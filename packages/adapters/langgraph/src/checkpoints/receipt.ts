import { ToolMessage, type BaseMessage } from "@langchain/core/messages";
import { Command, MemorySaver, ParentCommand, isCommand, type Send } from "@langchain/langgraph";

/** A tool's result, and what of it goes into the receipt. */
export interface Kept {
  /** The result itself, unless it comes from a receipt. */
  readonly live?: unknown;
  readonly receipt: Receipt;
}

type Receipt =
  | { readonly type: "message"; readonly content: unknown; readonly name?: string; readonly status?: "success" | "error" }
  /** Written by LangGraph's serializer, as a checkpointer would. */
  | { readonly type: "serialized"; readonly as: "message" | "command"; readonly graph?: string; readonly value: unknown }
  /** A graph inside the tool went on to its parent. */
  | { readonly type: "parent"; readonly command: Extract<Receipt, { type: "serialized" }> }
  | { readonly type: "value"; readonly value: unknown };

const serde = new MemorySaver().serde;

/**
 * What a tool came to. Made inside the effect, because LangGraph's serializer is asynchronous and a receipt's codec is not. What
 * the serializer refuses has run all the same.
 */
export async function keep(run: () => Promise<unknown>): Promise<Kept> {
  const live = await run().catch((error: unknown) => {
    if (error instanceof ParentCommand) return error;
    throw error;
  });
  return receiptOf(live).catch(() => ({ live, receipt: { type: "value", value: live } }));
}

async function receiptOf(live: unknown): Promise<Kept> {
  if (live instanceof ParentCommand) return { live, receipt: { type: "parent", command: await commandReceipt(live.command) } };
  if (ToolMessage.isInstance(live)) return { live, receipt: isPlain(live) ? plain(live) : await serialized("message", live) };
  if (isCommand(live)) return { live, receipt: await commandReceipt(live) };
  return { live, receipt: { type: "value", value: live } };
}

async function commandReceipt({ update, goto, graph }: Command): Promise<Extract<Receipt, { type: "serialized" }>> {
  return { ...(await serialized("command", { update, goto })), ...(graph === undefined ? {} : { graph }) };
}

export const encode = ({ receipt }: Kept): unknown => receipt;

/** A receipt that another version or a settlement wrote is shown to the model as it is. */
export function decode(json: unknown): Kept {
  return { receipt: isReceipt(json) ? json : { type: "value", value: json } };
}

/** The result again, for this call. @throws ParentCommand where the tool left for the parent graph */
export async function restore({ live, receipt }: Kept, callId: string | undefined): Promise<unknown> {
  if (live instanceof ParentCommand) throw live;
  if (live !== undefined) return live;
  if (receipt.type === "parent") throw new ParentCommand((await restore({ receipt: receipt.command }, callId)) as Command);
  if (receipt.type === "value") return receipt.value;
  if (receipt.type === "message") {
    const { content, name, status } = receipt;
    return new ToolMessage({
      content: content as string,
      tool_call_id: callId ?? "",
      ...(name ? { name } : {}),
      ...(status ? { status } : {}),
    });
  }
  const value: unknown = await serde.loadsTyped("json", JSON.stringify(receipt.value));
  if (receipt.as === "message") return value;
  const { update, goto } = value as { update?: Command["update"]; goto?: string | Send | (string | Send)[] };
  return new Command({
    ...(update === undefined ? {} : { update }),
    ...(goto === undefined ? {} : { goto }),
    ...(receipt.graph === undefined ? {} : { graph: receipt.graph }),
  });
}

function isReceipt(json: unknown): json is Receipt {
  return (
    typeof json === "object" && json !== null && "type" in json && ["message", "serialized", "parent", "value"].includes(String(json.type))
  );
}

function isPlain(message: ToolMessage): boolean {
  // Every message is stamped with the versions of the packages that made it; one that is made again gets its own stamp.
  const { versions, ...metadata } = message.metadata ?? {};
  const extras = [message.additional_kwargs, message.response_metadata, metadata];
  return message.artifact === undefined && message.id === undefined && extras.every((extra) => Object.keys(extra).length === 0);
}

function plain({ content, name, status }: ToolMessage): Receipt {
  return { type: "message", content, ...(name ? { name } : {}), ...(status ? { status } : {}) };
}

async function serialized(as: "message" | "command", value: BaseMessage | object): Promise<Extract<Receipt, { type: "serialized" }>> {
  const [, bytes] = await serde.dumpsTyped(value);
  return { type: "serialized", as, value: JSON.parse(new TextDecoder().decode(bytes)) as unknown };
}

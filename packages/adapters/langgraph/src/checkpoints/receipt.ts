import { serialize } from "@countersign/core";
import { ToolMessage } from "@langchain/core/messages";
import { Command, isCommand, ParentCommand } from "@langchain/langgraph";
import { apart, partsOf, together } from "./apart.ts";

/** How a tool's result stands in its receipt. */
type Receipt =
  /** Without the id of the call, which is the request's. */
  | ({ readonly type: "message" } & Readonly<Record<string, unknown>>)
  | CommandReceipt
  /** A graph inside the tool went on to its parent. */
  | { readonly type: "parent"; readonly command: CommandReceipt }
  | { readonly type: "value"; readonly value: unknown };
interface CommandReceipt {
  readonly type: "command";
  readonly update?: unknown;
  readonly goto?: unknown;
  readonly graph?: string | undefined;
}

/** A result as its receipt keeps it. */
export function encode(result: unknown): Receipt {
  try {
    if (result instanceof ParentCommand) return { type: "parent", command: commandReceipt(result.command) };
    if (ToolMessage.isInstance(result)) return messageReceipt(result);
    if (isCommand(result)) return commandReceipt(result);
    return { type: "value", value: apart(result) };
  } catch {
    // The call has run all the same.
    return { type: "value", value: result };
  }
}

/** The result again, for the call of this id. What another version or a settlement wrote is shown to the model as it is. */
export function decode(json: unknown, callId: string | undefined): unknown {
  if (!isReceipt(json)) return json;
  switch (json.type) {
    case "message": {
      const { type, ...parts } = json;
      return new ToolMessage({ ...(together(parts) as { content: string }), tool_call_id: callId ?? "" });
    }
    case "command":
      return commandIn(json);
    case "parent":
      return new ParentCommand(commandIn(json.command));
    case "value":
      return together(json.value);
  }
}

function isReceipt(json: unknown): json is Receipt {
  return (
    typeof json === "object" && json !== null && "type" in json && ["message", "command", "parent", "value"].includes(String(json.type))
  );
}

function messageReceipt(message: ToolMessage): Receipt {
  const { tool_call_id, ...parts } = partsOf(message);
  const kept = Object.entries(parts).map(([key, part]) => [key, keptPart(part)] as const);
  return { type: "message", ...Object.fromEntries(kept.filter(([, part]) => !isEmpty(part))) };
}

/** Mostly an artifact: the model is told the content, whatever else can't be kept. */
function keptPart(part: unknown): unknown {
  try {
    const taken = apart(part);
    if ("json" in serialize(taken, { classes: "as JSON" })) return taken;
  } catch {
    // It goes round in circles.
  }
  return LOST;
}
const LOST = "[This call ran. This part of its result can't be kept: it has no JSON.]";

function isEmpty(part: unknown): boolean {
  return typeof part === "object" && part !== null && Object.getPrototypeOf(part) === Object.prototype && Object.keys(part).length === 0;
}

function commandReceipt({ update, goto, graph }: Command): CommandReceipt {
  return { type: "command", update: apart(update), goto: apart(goto), ...(graph === undefined ? {} : { graph }) };
}

function commandIn({ update, goto, graph }: CommandReceipt): Command {
  const moves = together(goto) as Command["goto"] | undefined;
  return new Command({
    ...(update === undefined ? {} : { update: together(update) as Command["update"] & object }),
    ...(moves === undefined ? {} : { goto: moves as string[] }),
    ...(graph === undefined ? {} : { graph }),
  });
}

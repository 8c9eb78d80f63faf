import { CountersignError, type Gate, type JsonObject } from "@countersign/core";
import { refuseLookalikes, refuseRenamed, type OfferedTool, type ParseArgs } from "@countersign/core/adapter";
import type { RunToolApprovalItem, Tool } from "@openai/agents";
import { calledAs, calledIn, isHostedMcp, labelOf, namespaceOf, serverOf } from "./kinds/called.ts";
import { FRAMEWORK, type Who } from "./run.ts";
import type { CallItem } from "./turn.ts";

/** What the tools of one `gateTools` have in common. */
export interface Kit {
  readonly gate: Gate;
  readonly who: Who | undefined;
  /** What is meant to run beside them without the gate. */
  readonly ungated?: readonly string[] | undefined;
  /** The MCP server that they come from. */
  readonly namespace?: string | undefined;
}

/** What is known of a gated tool. */
export interface Gated {
  readonly gate: Gate;
  readonly name: string;
  /** As it was before. */
  readonly original: object;
  readonly namespace: string | undefined;
  readonly argsSchema: JsonObject | undefined;
  readonly parse?: ParseArgs | undefined;
  /** Its results have a schema of their own. */
  readonly structured?: boolean;
  /** For tools that run where nothing of this package can stand in their way: they are always stopped for. */
  readonly elsewhere?: { asksItself(call: { readonly tool: string }): boolean };
}

const known = new WeakMap<object, Gated>();

export function register(tool: object, gated: Gated): void {
  known.set(tool, gated);
}

/** Undefined for a tool that isn't gated. */
export function gatedOf(tool: object): Gated | undefined {
  return known.get(tool);
}

/** The tool as whoever looks for ungated ones sees it. @throws SETUP for one that was renamed since it was gated */
export function offered(tool: Tool): OfferedTool {
  const gated = gatedOf(tool);
  refuseRenamed(tool.name, gated?.name);
  return { name: nameOf(tool), calledAs: calledAs(tool), gate: gated?.gate };
}

function nameOf(tool: Tool): string {
  if (tool.type === "hosted_tool" && isHostedMcp(tool)) return serverOf(labelOf(tool));
  const namespace = tool.type === "function" ? (gatedOf(tool)?.namespace ?? namespaceOf(tool)) : undefined;
  return addressOf({ namespace, tool: tool.name });
}

/** As rules name a tool. */
export function addressOf({ namespace, tool }: { readonly namespace?: string | undefined; readonly tool: string }): string {
  return namespace === undefined ? tool : `${namespace}/${tool}`;
}

/** The tool that this call is of. @throws SETUP if it isn't gated, or if it could be another one; STATE_INCOMPATIBLE if it is gone */
export function gatedToolOf(item: RunToolApprovalItem | undefined): Gated {
  const raw: CallItem = (item?.rawItem as CallItem | undefined) ?? {};
  const called = calledIn(raw);
  const tools = item?.agent.tools.filter((tool) => calledAs(tool) === called) ?? [];
  refuseLookalikes({ tools: tools.map(offered), of: `agent ${item?.agent.name}` });
  const [gated] = tools.map(gatedOf);
  if (gated) return gated;
  if (tools.length === 0) throw goneOf(called ?? raw.type, item?.agent.name);
  const hint = `The tool ${raw.name ?? raw.type} of agent ${item?.agent.name} asks for approval and is not gated. Pass it to gateTools.`;
  throw new CountersignError("SETUP", { hint });
}

/** The call was made with a tool that the agent no longer has. */
function goneOf(saved = "", agent = ""): CountersignError<"STATE_INCOMPATIBLE"> {
  const note = `Agent ${agent} has no tool ${saved} any more. Give the agent the tool again, under that name, and resume.`;
  return new CountersignError("STATE_INCOMPATIBLE", { framework: FRAMEWORK, saved, running: "no such tool" }, { note });
}

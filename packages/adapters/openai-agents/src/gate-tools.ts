import { CountersignError, type ThreadRef } from "@countersign/core";
import { demand, demandGate, demandOptions, demandThread, refuseLookalikes, type GateIn } from "@countersign/core/adapter";
import { getAllMcpTools, type FunctionTool, type MCPServer, type RunContext, type Tool } from "@openai/agents";
import { gatedOf, offered, type Kit } from "./gated.ts";
import { gatedApplyPatch, gatedShell } from "./kinds/actions.ts";
import { isHostedMcp } from "./kinds/called.ts";
import { gatedComputer, gatedHostedMcp } from "./kinds/elsewhere.ts";
import { gatedFunctionTool } from "./kinds/function-tool.ts";
import type { Who } from "./run.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- the SDK types a tool by the context of its run: any of them
type AnyTool = Tool<any>;

/** Whose call it is, outside a runner: a ThreadRef, or a function of the SDK's RunContext. */
// oxlint-disable-next-line typescript/no-explicit-any -- see AnyTool
type WhoIn<C> = ThreadRef<C> | ((context: RunContext<any>) => ThreadRef<C>);

/** Outside a runner. */
interface NativeOptions {
  /** Tools of the same agents that are meant to run without the gate, by name: the gate's `warn` isn't told of them. */
  readonly ungated?: readonly string[];
}

const OPTIONS: readonly string[] = ["ungated"] satisfies readonly (keyof NativeOptions)[];

/**
 * Same tools, same types: each asks the gate before it runs, and runs only what was signed. Outside a runner say whose call
 * it is: a ThreadRef, or a function of the SDK's RunContext. There the gate warns of an agent's other tools, once each; a runner
 * refuses them. A tool's own `needsApproval` asks as well. An agent's tool is
 * gated in place, because the SDK knows it by its identity. What the provider runs by itself (web search and the like) is
 * passed through: nothing here could hold it up.
 * @example new Agent({ name: "Payments", tools: gateTools(gate, [sendPayment, accountant.asTool({ … })]) })
 * @throws SETUP for a shell that the provider runs, for an agent's tool that another gate has already, and for two tools that
 * a model can't tell apart
 */
export function gateTools<const T extends readonly AnyTool[], C>(
  gate: GateIn<C>,
  tools: T,
  who?: WhoIn<C>,
  options: NativeOptions = {},
): { -readonly [K in keyof T]: T[K] } {
  demandGate(gate);
  demandList(tools, "type", "tool", "gateTools(gate, [sendPayment])");
  demandThread(who, "gateTools(gate, tools, { threadId })");
  demandOptions(options, OPTIONS, 'gateTools(gate, tools, { threadId }, { ungated: ["search"] })');
  const kit: Kit = { gate, who: who as Who | undefined, ungated: options.ungated };
  refuseLookalikes({ tools: tools.map(offered) });
  return tools.map((tool) => gated(kit, tool)) as { -readonly [K in keyof T]: T[K] };
}

/**
 * The tools of local MCP servers, gated, each with its server's name as namespace. They go into an agent's `tools`, and the
 * servers not into its `mcpServers`. Connect the servers first; the list is that of now.
 * @example new Agent({ name: "Payments", tools: await gateMcpServers(gate, [billing]) })
 * @throws SETUP for two servers with a tool of one name
 */
export async function gateMcpServers<C>(
  gate: GateIn<C>,
  servers: readonly MCPServer[],
  who?: WhoIn<C>,
  options: NativeOptions = {},
): Promise<FunctionTool[]> {
  demandGate(gate);
  demandList(servers, "listTools", "MCP server", "gateMcpServers(gate, [server])");
  demandThread(who, "gateMcpServers(gate, servers, { threadId })");
  demandOptions(options, OPTIONS, 'gateMcpServers(gate, servers, { threadId }, { ungated: ["search"] })');
  const lists = await Promise.all(
    servers.map(async (server) => {
      const kit: Kit = { gate, who: who as Who | undefined, ungated: options.ungated, namespace: server.name };
      return (await getAllMcpTools({ mcpServers: [server] })).map((tool) => gated(kit, tool as FunctionTool) as FunctionTool);
    }),
  );
  const tools = lists.flat();
  refuseLookalikes({ tools: tools.map(offered) });
  return tools;
}

/** Types say so already. `mark`: what each of them has. @throws SETUP */
function demandList(list: readonly unknown[], mark: string, what: string, call: string): void {
  demand(Array.isArray(list), list, `the list of ${what}s`, call);
  for (const each of list) demand(typeof each === "object" && each !== null && mark in each, each, `a ${what}`, call);
}

/** A tool that is gated already is gated anew, and once. */
function gated(kit: Kit, tool: AnyTool): AnyTool {
  const known = gatedOf(tool);
  if (!known) return gatedAnew(kit, tool);
  if (known.gate === kit.gate && kit.who === undefined) return tool;
  const anew = { ...kit, namespace: kit.namespace ?? known.namespace };
  return gatedAnew(anew, tool.type === "function" ? tool : (known.original as AnyTool));
}

function gatedAnew(kit: Kit, tool: AnyTool): AnyTool {
  switch (tool.type) {
    case "function":
      return gatedFunctionTool(kit, tool);
    case "shell":
      if (!tool.shell)
        throw new CountersignError("SETUP", {
          hint: `The provider runs the shell ${tool.name}, so it can't be gated. Leave it out of gateTools.`,
        });
      return gatedShell(kit, tool);
    case "apply_patch":
      return gatedApplyPatch(kit, tool);
    case "computer":
      return gatedComputer(kit, tool);
    default:
      return isHostedMcp(tool) ? gatedHostedMcp(kit, tool) : tool;
  }
}

import { refuseLookalikes, warnUngated, type Offer, type OfferedTool, type Offers } from "@countersign/core/adapter";
import { getAllMcpTools, type MCPServer } from "@openai/agents";
import { addressOf, offered } from "./gated.ts";
import { agentsReachedFrom } from "./kinds/agents-in-tools.ts";
import { isAgentTool, serverOf } from "./kinds/called.ts";
import type { Scope } from "./run.ts";
import type { AnyAgent } from "./saved.ts";

/** How a tool is gated here. */
export const REMEDY = "Pass tools to gateTools, and MCP servers to gateMcpServers. What the provider runs by itself can't be gated.";

/** What an agent offers its model, and all agents that a run can come to. */
export function offersFrom(agent: AnyAgent): Offers {
  const agents = handoffsFrom(agent);
  const rest = async (): Promise<readonly Offer[]> => (await agentsReachedFrom(agent)).filter((each) => !agents.has(each)).map(offerOf);
  const hides = [...agents].some(({ tools }) => tools.some(isAgentTool));
  return { offers: [...agents].map(offerOf), rest: hides ? rest : undefined };
}

/** The agent, and those that a conversation can be handed over to from it, one after the other. */
function handoffsFrom(agent: AnyAgent): ReadonlySet<AnyAgent> {
  const found = new Set([agent]);
  // The iterator of a set comes to what is added meanwhile.
  for (const { handoffs } of found) for (const handoff of handoffs) found.add("agent" in handoff ? handoff.agent : handoff);
  return found;
}

function offerOf(agent: AnyAgent): Offer {
  const servers = [...agent.mcpServers.map(({ name }) => name), ...capabilitiesOf(agent)];
  return {
    of: `agent ${agent.name}`,
    tools: [...agent.tools.map(offered), ...servers.map((name) => ({ name: serverOf(name), gate: undefined }))],
  };
}

/** Servers and the like, which `ungated` names as a whole: their tools are their own. */
export function hasOthers(agent: AnyAgent): boolean {
  return agent.mcpServers.length > 0 || capabilitiesOf(agent).length > 0;
}

/** Natively the first gated tool that is offered in a run looks at what is offered beside it: a runner has looked before. */
export function lookAround({ run: { gate, driven, looked } }: Scope, agent: AnyAgent, ungated: readonly string[] | undefined): void {
  if (driven || looked.has(agent)) return;
  looked.add(agent);
  // All at once: a rule that stands for no tool of this agent may stand for one of the next.
  warnUngated(
    { gate, ungated, remedy: REMEDY },
    offersFrom(agent).offers.flatMap(({ tools }) => tools),
  );
}

/** Names the tools that share a name now that servers have listed theirs. @throws SETUP */
export async function refuseListedLookalikes(root: AnyAgent): Promise<void> {
  for (const { name, tools, mcpServers } of handoffsFrom(root)) {
    const listed = await Promise.all(mcpServers.map(listedBy));
    refuseLookalikes({ tools: [...tools.map(offered), ...listed.flat()], of: `agent ${name}` });
  }
}

async function listedBy(server: MCPServer): Promise<readonly Pick<OfferedTool, "name" | "calledAs">[]> {
  const tools = await getAllMcpTools({ mcpServers: [server] });
  return tools.map(({ name }) => ({ name: addressOf({ namespace: server.name, tool: name }), calledAs: name }));
}

/** A SandboxAgent gets tools from them when it runs. */
function capabilitiesOf(agent: AnyAgent): readonly string[] {
  const { capabilities = [] } = agent as { readonly capabilities?: readonly { readonly type: string }[] };
  return capabilities.map(({ type }) => type);
}

import { CountersignError } from "@countersign/core";
import type { ProposedCall } from "@countersign/core/adapter";
import type { StateSnapshot } from "@langchain/langgraph";
import { gateOf } from "../gated.ts";
import { isGraph, toolNamesOf, toolNodesUnder, type Nodes, type ToolNodeLike } from "../offers.ts";
import { FRAMEWORK } from "../framework.ts";
import type { Run } from "../run.ts";
import { openTurn, proposedCall } from "../turn.ts";
import { messagesOf, type RunningGraph } from "./graph.ts";

/**
 * A person has decided about a call, and no tool has its name any more: LangGraph would tell the model that there is no such
 * tool, and the decision would be lost.
 */
export function missingTool(call: Pick<ProposedCall, "tool">): CountersignError<"STATE_INCOMPATIBLE"> {
  const note = `Or give the agent the tool ${call.tool} again. The call has not run, and its decision is kept.`;
  return new CountersignError(
    "STATE_INCOMPATIBLE",
    { framework: FRAMEWORK, saved: `with the tool ${call.tool}`, running: "without it" },
    { note },
  );
}

/**
 * Before a thread goes on: do all calls that somebody has decided about still have their tools, in the tool nodes that would run
 * them? Reads the graph's state only if one may have none.
 * @throws STATE_INCOMPATIBLE
 */
export async function refuseMissingTools(
  graph: RunningGraph,
  { thread, tally }: Pick<Run, "thread" | "tally">,
  read: () => Promise<StateSnapshot>,
): Promise<void> {
  const offered = toolNamesOf(graph);
  const signed = (await thread.unexecuted()).map(({ tool }) => tool);
  // What is signed is known. What was refused isn't, but the pause has noted the tools that it was about.
  if (tally?.asked && [...tally.asked, ...signed].every((tool) => offered.has(tool))) return;
  for (const call of callsWithoutTools(graph, await read())) {
    const request = offered.has(call.tool) ? undefined : await thread.recorded(call);
    if (request?.execution === "none" && !request.begun) throw missingTool(call);
  }
}

/** Open calls that tool nodes are about to run and have no tools for, in nested graphs too. */
function callsWithoutTools(graph: RunningGraph, { values, tasks }: StateSnapshot): readonly ProposedCall[] {
  const turn = openTurn(messagesOf(values));
  return tasks.flatMap(({ name, state }) => {
    const nested = nodesOf(graph)[name]?.bound;
    const inside = isGraph(nested) && isSnapshot(state) ? callsWithoutTools(nested, state) : [];
    const toolNodes = toolNodesBehind(graph, name);
    if (!turn || toolNodes.length === 0) return inside;
    const names = new Set(toolNodes.flatMap(({ tools }) => tools.map((tool) => String(tool.name))));
    const lost = turn.open.filter((call) => !names.has(call.name));
    return [...inside, ...lost.map((call) => proposedCall(turn.turnId, call))];
  });
}

/** Those that a task leads to, unless a middleware may bring tools of its own: it tells the model of them, and runs them. */
function toolNodesBehind(graph: RunningGraph, task: string): readonly ToolNodeLike[] {
  const nodes = nodesOf(graph);
  const bound = nodes[task]?.bound;
  const found = gateOf(bound?.middleware) ? Object.values(nodes).flatMap((node) => toolNodesUnder(node.bound)) : toolNodesUnder(bound);
  return found.filter(({ wrapToolCall }) => wrapToolCall === undefined || hasItsOwnToolsAlone(graph));
}

function hasItsOwnToolsAlone({ options }: RunningGraph): boolean {
  return options?.middleware?.every((each) => !each.wrapToolCall || !each.wrapModelCall || gateOf(each) !== undefined) ?? false;
}

function nodesOf(graph: RunningGraph): Nodes["nodes"] {
  const compiled = graph.graph ?? graph;
  return isGraph(compiled) ? compiled.nodes : {};
}

function isSnapshot(state: unknown): state is StateSnapshot {
  return typeof state === "object" && state !== null && "tasks" in state;
}

import type { Gate } from "@countersign/core";
import { refuseRenamed, warnUngated, type Offer, type OfferedTool, type Offers } from "@countersign/core/adapter";
import type { ServerTool } from "@langchain/core/tools";
import type { AnyTool, RunningGraph } from "./checkpoints/graph.ts";
import { gateOf, isClientTool, nameBefore } from "./gated.ts";

/** What the tool nodes of a graph, and of the graphs in it, offer to models. A plain function as a node shows nothing. */
export function offersOf(graph: RunningGraph): Offers {
  return { offers: [...providers(graph), ...toolNodesIn(graph.graph ?? graph, { path: [], gate: undefined, seen: new Set() })] };
}

/** The same by name alone. */
export function toolNamesOf(graph: RunningGraph): ReadonlySet<string> {
  return new Set(offersOf(graph).offers.flatMap(({ tools }) => tools.map(({ name }) => name)));
}

/** An agent of LangChain's knows which of its tools the provider runs. No middleware stands around those. */
function providers({ options = {} }: RunningGraph): readonly Offer[] {
  const { tools = [], middleware = [] } = options;
  const theirs = providersIn([...tools, ...middleware.flatMap((each) => each.tools ?? [])]);
  return theirs.length === 0 ? [] : [{ tools: theirs }];
}

function providersIn(tools: readonly AnyTool[]): readonly OfferedTool[] {
  const theirs = tools.filter((tool): tool is ServerTool => !isClientTool(tool));
  return theirs.map(({ name, type }) => ({ name: String(name ?? type), gate: undefined }));
}

/** Without a runner nobody looks at an agent's tools before it runs. */
export function warnOfProviders(tools: readonly AnyTool[], guard: Omit<Parameters<typeof warnUngated>[0], "remedy">): void {
  warnUngated({ ...guard, remedy: "The provider runs it by itself: nothing here can hold it up." }, providersIn(tools));
}

/** Where in a graph. */
interface Place {
  readonly path: readonly string[];
  /** Of the middleware that stands around the tools of this graph. */
  readonly gate: Gate | undefined;
  readonly seen: Set<unknown>;
}

function toolNodesIn(value: unknown, place: Place): readonly Offer[] {
  if (!isRunnable(value) || place.seen.has(value)) return [];
  place.seen.add(value);
  if (isToolNode(value)) {
    const around = "wrapToolCall" in value ? place.gate : undefined;
    return [{ of: `node ${place.path.join("/")}`, tools: value.tools.map((tool) => offered(tool, around)) }];
  }
  if (isGraph(value)) {
    const gate = Object.values(value.nodes).map(({ bound }) => gateOf(bound?.middleware)).find(Boolean); // prettier-ignore
    return Object.entries(value.nodes).flatMap(([name, { bound }]) => toolNodesIn(bound, { ...place, path: [...place.path, name], gate }));
  }
  return Object.values(value).flatMap(partsOf).flatMap((part) => toolNodesIn(part, place)); // prettier-ignore
}

function offered(tool: AnyTool, around: Gate | undefined): OfferedTool {
  const name = String(tool.name);
  refuseRenamed(name, nameBefore(tool));
  return { name, calledAs: name, gate: around ?? gateOf(tool) };
}

/** Sequences, bindings, branches and fallbacks keep what they are made of in fields, lists and maps. */
function partsOf(field: unknown): readonly unknown[] {
  if (isRunnable(field) || typeof field !== "object" || field === null) return [field];
  return Object.values(field).flatMap((each: unknown) => (Array.isArray(each) ? (each as readonly unknown[]) : [each]));
}

function isRunnable(value: unknown): value is object {
  return typeof value === "object" && value !== null && "lc_runnable" in value;
}

/** LangGraph's, or LangChain's: that one knows what the agent's middlewares put around its tools. */
export interface ToolNodeLike {
  readonly tools: readonly AnyTool[];
  readonly wrapToolCall?: unknown;
}

/** The tool nodes that a node of a graph is made of. Those of nested graphs are not among them. */
export function toolNodesUnder(value: unknown, seen: Set<unknown> = new Set()): readonly ToolNodeLike[] {
  if (!isRunnable(value) || seen.has(value) || isGraph(value)) return [];
  seen.add(value);
  return isToolNode(value) ? [value] : Object.values(value).flatMap(partsOf).flatMap((part) => toolNodesUnder(part, seen)); // prettier-ignore
}

function isToolNode(value: object): value is ToolNodeLike {
  return "tools" in value && Array.isArray(value.tools);
}

export interface Nodes {
  readonly nodes: Readonly<Record<string, { readonly bound?: { readonly middleware?: unknown } }>>;
}

export function isGraph(value: unknown): value is Nodes & RunningGraph {
  return isRunnable(value) && "lg_is_pregel" in value && "nodes" in value;
}

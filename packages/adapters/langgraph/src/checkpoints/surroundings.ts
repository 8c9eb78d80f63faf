import { CountersignError } from "@countersign/core";
import { getConfig, type BaseCheckpointSaver, type LangGraphRunnableConfig } from "@langchain/langgraph";

/** What LangGraph hands to its nodes; it knows more than it declares. */
export type RunConfig = LangGraphRunnableConfig & { readonly durability?: unknown; readonly checkpointDuring?: unknown };

/** What a hook, a tool or a node can know about the graph run that it serves. */
export interface Surroundings {
  readonly threadId: string;
  readonly config: RunConfig;
  readonly checkpointer: BaseCheckpointSaver;
  /** Every graph from the root down to this task, by checkpoint namespace: the checkpoint that its tasks were made from. */
  readonly checkpoints: Readonly<Record<string, string>>;
  /** Names the running task: the same when a pause is re-entered, another one for every further step. */
  readonly task: string;
  /** The namespace of the graph that the task belongs to; empty for the root. */
  readonly graph: string;
  /** What the running task was given: its node's state, or what a Send carried. */
  readonly input: unknown;
  /** One object for each attempt at the running task. */
  readonly attempt: object;
}

const CHECKPOINTER =
  "Approvals need a checkpointer, which keeps a run while it waits. Pass one to createAgent({ checkpointer }) or compile({ checkpointer }).";
const THREAD_ID = 'Approvals need a thread_id: invoke the graph with { configurable: { thread_id: "…" } }.';
const DURABILITY =
  'durability: "exit" saves nothing while the graph runs, so a request could outlive the message that proposed it. Use "sync" or "async".';
const OUTSIDE = "This gated call runs outside a graph. Call it in a node, and pass the node's config to it.";

/**
 * Reads the run that is active here, and refuses one that could not be resumed.
 * @throws SETUP without a checkpointer, a thread_id, or with durability "exit"
 */
export function surroundingsOf(given?: RunConfig): Surroundings {
  const config = whole(given, getConfig());
  const configurable = config.configurable;
  if (!configurable) throw new CountersignError("SETUP", { hint: OUTSIDE });
  // LangGraph's own interrupt() finds the checkpointer at this key; there is no public way to it from inside a node.
  const checkpointer: unknown = configurable["__pregel_checkpointer"];
  if (!isCheckpointer(checkpointer)) throw new CountersignError("SETUP", { hint: CHECKPOINTER });
  const threadId: unknown = configurable["thread_id"];
  if (threadId === undefined || threadId === null || threadId === "") throw new CountersignError("SETUP", { hint: THREAD_ID });
  refuseExit(config);
  const task = String(configurable["checkpoint_ns"] ?? "");
  const checkpoints = graphsIn((configurable["checkpoint_map"] ?? {}) as Record<string, string>);
  const scratchpad = configurable["__pregel_scratchpad"] as { readonly currentTaskInput?: unknown } | undefined;
  return {
    threadId: typeof threadId === "string" ? threadId : JSON.stringify(threadId),
    config,
    checkpointer,
    checkpoints,
    task,
    graph: Object.keys(checkpoints).at(-1) ?? "",
    input: scratchpad?.currentTaskInput,
    attempt: config.executionInfo ?? scratchpad ?? config,
  };
}

/** A task that another task calls is listed as well, though it is no graph: with the checkpoint of the graph that both belong to. */
function graphsIn(listed: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const entries = Object.entries(listed);
  return Object.fromEntries(entries.filter(([, id], index) => entries.findIndex(([, other]) => other === id) === index));
}

/** @throws SETUP for a durability that keeps nothing while the graph runs */
export function refuseExit(config: Pick<RunConfig, "durability" | "checkpointDuring">): void {
  if (config.durability === "exit" || config.checkpointDuring === false) throw new CountersignError("SETUP", { hint: DURABILITY });
}

/** @throws SETUP for a graph that was compiled without a checkpointer */
export function requireCheckpointer(checkpointer: unknown): asserts checkpointer is BaseCheckpointSaver {
  if (!isCheckpointer(checkpointer)) throw new CountersignError("SETUP", { hint: CHECKPOINTER });
}

/** The name of the agent that this task belongs to, as LangChain's `createAgent` was given it. */
export function agentNameOf({ config }: Surroundings): string | undefined {
  const name: unknown = config.metadata?.["lc_agent_name"];
  return typeof name === "string" ? name : undefined;
}

/** Is this task one of the root graph's own? */
export function isRoot({ checkpoints }: Surroundings): boolean {
  return Object.keys(checkpoints).every((namespace) => namespace === "");
}

function isCheckpointer(value: unknown): value is BaseCheckpointSaver {
  return typeof value === "object" && value !== null && "getTuple" in value && typeof value.getTuple === "function";
}

/** A tool's own config lacks run-wide entries that the surrounding node's has, and the other way round. */
function whole(given: RunConfig | undefined, around: RunConfig | undefined): RunConfig {
  const config: Record<string, unknown> = { ...given };
  for (const [name, value] of Object.entries(around ?? {})) if (value !== undefined) config[name] = value;
  return config;
}

import { CountersignError } from "@countersign/core";
import { dataOf, firstNonJson, type Continuation } from "@countersign/core/adapter";
import { Agent, RunContext, RunState, Usage, UserError, type AgentInputItem } from "@openai/agents";
import { FRAMEWORK, type Pause } from "./run.ts";
import type { StateJson } from "./turn.ts";

/** Of what is saved: another number for another shape. */
const FORMAT = 1;

/** A RunState as the SDK writes it: text, which nobody has to look through again. */
interface Frozen {
  /** The SDK's number for the shape of it. */
  readonly schema: string;
  readonly state: string;
}

/** A conversation that the provider keeps: the SDK sends it only what is new. */
export interface Server {
  readonly conversationId?: string | undefined;
  readonly previousResponseId?: string | undefined;
}

/** …and how far it is. */
export interface KeptServer extends Server {
  /** The `previousResponseId` that the application gave: it gives the same one again, unless it knows a later one. */
  readonly from?: string | undefined;
}

/** What is kept of a thread between two runs. */
export type Saved =
  | ({ readonly type: "stopped"; readonly pause: Pause } & Pick<KeptServer, "from"> & Frozen)
  | {
      readonly type: "history";
      /** What comes before the next input: the conversation, unless a session or the provider keeps it. */
      readonly items: readonly AgentInputItem[];
      readonly server?: KeptServer | undefined;
      /** With a server: the last run, for whoever reads the conversation. */
      readonly said?: readonly AgentInputItem[];
    };

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the agent's own context and output are
export type AnyState = RunState<any, any>;
// oxlint-disable-next-line typescript/no-explicit-any -- see AnyState
export type AnyAgent = Agent<any, any>;

export function toContinuation(saved: Saved): Continuation {
  return { format: FORMAT, data: saved };
}

/** @throws STATE_INCOMPATIBLE for what another version of this package has saved */
export function fromContinuation(continuation: Continuation | null): Saved | undefined {
  return dataOf(continuation, FRAMEWORK, FORMAT) as Saved | undefined;
}

/**
 * The state as JSON and as text. `ephemeral`: the context is made again at every start and resume, and is not part of it.
 * @throws STATE_NOT_SERIALIZABLE with the path in the context that JSON can't carry
 */
export function freeze(state: AnyState, { ephemeral }: { readonly ephemeral: boolean }): Frozen & { readonly json: StateJson } {
  const { _context: run } = state;
  const context: unknown = run.context;
  if (!ephemeral) refuseNonJson(context);
  try {
    if (ephemeral) run.context = {};
    const text = state.toString();
    const json = JSON.parse(text) as StateJson;
    const { $schemaVersion: schema, pendingAgentToolRuns = {} } = json;
    const nests = ephemeral && Object.keys(pendingAgentToolRuns).length > 0;
    return { schema, json, state: nests ? JSON.stringify(withoutContext(json)) : text };
  } finally {
    run.context = context;
  }
}

/** @throws STATE_NOT_SERIALIZABLE */
function refuseNonJson(context: unknown): void {
  const bad = firstNonJson(context);
  if (bad) throw new CountersignError("STATE_NOT_SERIALIZABLE", { path: ["context", ...bad] });
}

/** The SDK writes the context into the states of nested agents by itself. */
function withoutContext(json: StateJson): StateJson {
  const pendingAgentToolRuns: Record<string, string> = {};
  for (const [key, text] of Object.entries(json.pendingAgentToolRuns ?? {}))
    pendingAgentToolRuns[key] = JSON.stringify(withoutContext(JSON.parse(text) as StateJson));
  return { ...json, context: { ...json.context, context: {} }, pendingAgentToolRuns };
}

/**
 * The saved run again, with the agents as they are now.
 * @throws STATE_INCOMPATIBLE if the SDK can't read it: another version has saved it, or its agents and tools are no longer what
 * they were
 */
export async function restoreState(
  { runner, agent, live }: { readonly runner: string; readonly agent: AnyAgent; readonly live: RunContext | undefined },
  { schema, state }: Frozen,
): Promise<AnyState> {
  const running = runningSchema();
  const others = schema === running ? ", with other agents or tools" : "";
  try {
    const restored = await (live ? restoredInto(live, agent, state) : RunState.fromString(agent, state));
    refuseUnverified(restored);
    return restored;
  } catch (cause) {
    const saved = schema === running ? missingAgent(cause) : undefined;
    if (saved !== undefined) throw new CountersignError("STATE_INCOMPATIBLE", { framework: FRAMEWORK, runner, saved, running: agent.name }, { cause }); // prettier-ignore
    throw incompatible(`state ${schema}`, `state ${running}${others}`, cause);
  }
}

/** The agent that the state names, and that is none of those that are reached from here. */
function missingAgent(cause: unknown): string | undefined {
  return cause instanceof UserError ? /^Agent (.+) not found$/.exec(cause.message)?.[1] : undefined;
}

async function restoredInto(live: RunContext, agent: AnyAgent, state: string): Promise<AnyState> {
  const restored = await RunState.fromStringWithContext(agent, state, live, { contextStrategy: "merge" });
  // The SDK lets a context that it is given begin at zero.
  restored._context.usage = new Usage((JSON.parse(state) as StateJson).context.usage);
  return restored;
}

/**
 * The SDK reads states that it does not go on with, and says so only when it is run: calls would have been handed over by then.
 * @throws UserError
 */
export function refuseUnverified({ _currentTurn: turn, _initialInputGuardrailsCompleted: guarded }: AnyState): void {
  if (turn > 0 && !guarded) throw new UserError("It does not say whether its input guardrails were asked, so the SDK does not resume it.");
}

function incompatible(saved: string, running: string, cause: unknown): CountersignError<"STATE_INCOMPATIBLE"> {
  const because = cause instanceof Error ? { note: cause.message, cause } : {};
  return new CountersignError("STATE_INCOMPATIBLE", { framework: FRAMEWORK, saved, running }, because);
}

let known: string | undefined;
/** The SDK says it only inside a state. */
function runningSchema(): string {
  known ??= (new RunState(new RunContext(), "", new Agent({ name: "none" }), null).toJSON() as unknown as StateJson).$schemaVersion;
  return known;
}

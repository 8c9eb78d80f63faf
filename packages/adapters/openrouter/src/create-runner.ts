import type { AgentRunner } from "@countersign/core";
import { defineKeptRunner, type GateIn, type Next, type ProposedCall, type RunFrom, type Thread } from "@countersign/core/adapter";
import type { CallModelInput, Item as ModelItem, ModelResult, OpenRouter, StopWhen, Tool } from "@openrouter/agent";
import { gatedFor } from "./gate-tools.ts";
import { originalsOf } from "./gated.ts";
import type { State } from "./kinds.ts";
import { offerOf } from "./offers.ts";
import { newRun, place, type AsksItself, type Run } from "./run.ts";
import { FRAMEWORK, fromContinuation, newSaved, toContinuation, type Saved } from "./saved.ts";
import { absorb, keepBeforeLeaving } from "./state/absorb.ts";
import { toolContexts, type ToolContexts } from "./state/context.ts";
import { endedIn, goOn } from "./state/go-on.ts";
import { unlessWaiting } from "./stop-when.ts";
import { emptyStream, finished } from "./stream.ts";
import { isOutput, itemsOf, outputItem, type Item } from "./turn.ts";
import { predicate } from "./waiting.ts";

type SharedSchema = NonNullable<Parameters<OpenRouter["callModel"]>[0]["sharedContextSchema"]>;
/** What tools share in their contexts, by its schema. */
type Shared<S> = S extends SharedSchema ? S["_zod"]["output"] : Record<string, never>;
type Settings<T extends readonly Tool[], S> = {
  readonly name: string;
  /** Tools that are meant to run without the gate, by name: the provider's, and those with `execute: false`. */
  readonly ungated?: readonly string[];
  // By themselves, so that these two are inferred, and the SDK's own conditions fit any tools.
  readonly tools?: T;
  readonly sharedContextSchema?: S;
  readonly stopWhen?: StopWhen | StopWhen<NoInfer<T>>;
} & Omit<CallModelInput<NoInfer<T>, Shared<S>>, "tools" | "stopWhen" | "input" | "state" | "approveToolCalls" | "rejectToolCalls">;
type Input = string | ModelItem[];

/** What was answered from outside, by call id: to calls of tools with `execute: false`, and where `onToolCalled` said null. */
interface RunOptions {
  readonly answered?: Readonly<Record<string, unknown>> | undefined;
}

/** One run that a runner drives, and what it goes by. */
interface Driven {
  readonly run: Run;
  readonly signal: AbortSignal;
  readonly answered: Readonly<Record<string, unknown>>;
  /** Made for calls that ran before the SDK did. */
  contexts?: ToolContexts | undefined;
  waiting: readonly ProposedCall[];
  /** A call that waits had reached its tool: the SDK's run was broken off. */
  brokenOff: boolean;
}

/** What the model shall be told next, or how far the run came. Undefined: nothing is saved of it. */
type Then = Next<readonly Item[], string> | undefined;

/**
 * An agent on durable threads. Settings are those of `callModel`; the conversation is saved in the same write as the requests
 * that it waits for. Results of signed calls enter with the next model request, which is an ordinary turn: the SDK's own tool
 * hooks and events don't see those calls. `stopWhen` counts from each start and resume, as the SDK's own does.
 * @example createRunner(gate, client, { name: "payments", model: "openai/gpt-5.2", tools: [sendPayment] })
 * @throws SETUP for a gate without a policy, and for tools that it can't guard or that share a name
 */
export function createRunner<const T extends readonly Tool[], C, S extends SharedSchema | undefined = undefined>(
  gate: GateIn<C>,
  client: OpenRouter,
  settings: Settings<T, S>,
): AgentRunner<Input, string, ModelResult<T, Shared<S>>, C, RunOptions> {
  const { name, ungated, tools: given, requireApproval, context, stopWhen, ...request } = settings as unknown as AnySettings;
  const tools = originalsOf(given ?? []);

  const open = (thread: Thread, { signal, answered = {} }: RunOptions & { readonly signal: AbortSignal }): Driven => ({
    run: newRun({
      gate,
      thread,
      tools,
      asksItself: requireApproval,
      keep: (saved) => thread.save(toContinuation(saved, [])),
    }),
    signal,
    answered,
    waiting: [],
    brokenOff: false,
  });

  /** Where the run begins or goes on. */
  async function enter(driven: Driven, { input, continuation }: RunFrom<Input>): Promise<Then> {
    const { run } = driven;
    const kept = fromContinuation(continuation);
    const saved: Saved = kept?.state ? { ...kept, state: kept.state } : newSaved(run.thread.id);
    if (input === undefined) return kept?.state ? resumed(driven, saved) : undefined;
    const items = itemsOf(input as State["messages"]);
    const answers = new Set(items.flatMap((item) => (isOutput(item) && saved.outside.includes(item.callId) ? [item.callId] : [])));
    place(run, await endedIn(run, saved, answers));
    return { request: items };
  }

  async function resumed(driven: Driven, saved: Saved): Promise<Then> {
    const { run, answered } = driven;
    const standing = await goOn(run, saved, async () => (driven.contexts ??= await toolContexts(context, request["sharedContextSchema"])));
    if (standing.type === "waits") return suspended(standing.calls, standing.saved);
    if (standing.type === "stopped") return { advance: { status: "stopped", continuation: toContinuation(standing.saved, []) } };
    place(run, standing.saved);
    const { outside, last } = standing.saved;
    if (outside.some((id) => !Object.hasOwn(answered, id))) return elsewhere(driven);
    if (last && request["allowFinalResponse"] === false) return completed(standing.saved, "");
    return { request: outside.map((id) => outputItem(id, JSON.stringify(answered[id] ?? null))) };
  }

  function callModel(driven: Driven, input: readonly Item[]): ModelResult<readonly Tool[]> {
    const { run, signal, contexts } = driven;
    const last = run.saved?.last ?? false;
    const rest = contexts?.rest();
    const made = {
      ...request,
      input,
      requireApproval: predicate(run),
      state: { load: async () => ({ ...run.saved?.state }), save: (state: State) => save(driven, state) },
      ...(given && { tools: gatedFor(gate, tools, () => run) }),
      ...(last && { toolChoice: "none" }),
      ...(stopWhen && !last && { stopWhen: unlessWaiting(run, stopWhen) }),
      ...(rest ? { context: rest } : context !== undefined && { context }),
    };
    return client.callModel(made as unknown as CallModelInput<readonly Tool[]>, { signal });
  }

  /** How far the SDK came. */
  async function leave(driven: Driven, said: PromiseSettledResult<string>): Promise<Then> {
    const { run, signal } = driven;
    if (said.status === "rejected") {
      signal.throwIfAborted();
      if (!driven.brokenOff) throw run.leaving ?? said.reason;
    }
    const { saved } = run;
    if (!saved) return undefined;
    switch (saved.state.status) {
      case "awaiting_approval":
        return suspended(driven.waiting, saved);
      case "complete":
        return completed(saved, said.status === "fulfilled" ? said.value : "");
      default:
        return elsewhere(driven);
    }
  }

  return defineKeptRunner(gate, {
    name,
    framework: FRAMEWORK,
    tools: { look: () => ({ offers: [offerOf(gate, given ?? [])] }), ungated, remedy: REMEDY },
    open,
    enter,
    // An error of the SDK's is looked at where the run is left.
    run: async (driven: Driven, input) => outcomeOf(callModel(driven, input).getText()),
    streaming: {
      empty: () => emptyStream() as unknown as ModelResult<T, Shared<S>>,
      async run(driven, input) {
        const stream = callModel(driven, input);
        return { stream: stream as unknown as ModelResult<T, Shared<S>>, done: outcomeOf(finished(stream)) };
      },
    },
    leave,
  });
}

const REMEDY = "The runner gates the tools that run here. What is answered by hand or runs at the provider, nothing here can hold up.";

/** What `callModel` takes, as far as it is looked into here. */
type AnySettings = {
  readonly name: string;
  readonly ungated?: readonly string[];
  readonly tools?: readonly Tool[];
  readonly requireApproval?: AsksItself;
  readonly context?: CallModelInput<readonly Tool[]>["context"];
  readonly stopWhen?: CallModelInput<readonly Tool[]>["stopWhen"];
} & Readonly<Record<string, unknown>>;

/** The SDK keeps its conversation here, for as long as its run lasts. */
async function save(driven: Driven, state: State): Promise<void> {
  const { run } = driven;
  if (run.leaving) {
    await keepBeforeLeaving(run, state);
    throw run.leaving;
  }
  const { saved, waiting, breaksOff } = await absorb(run, state);
  run.saved = saved;
  driven.waiting = waiting;
  driven.brokenOff = breaksOff;
  if (breaksOff) throw new Error("The run pauses here.");
}

function suspended(calls: readonly ProposedCall[], saved: Saved): Then {
  return { advance: { status: "suspended", calls, continuation: toContinuation(saved, calls) } };
}

function completed(saved: Saved, text: string): Then {
  const done: Saved = { ...saved, last: false, state: { ...saved.state, status: "complete" } };
  return { advance: { status: "completed", output: text, text, continuation: toContinuation(done, []) } };
}

/** What is answered from outside is still to come. */
function elsewhere({ run: { saved } }: Driven): Then {
  return saved && { advance: { status: "suspended", calls: [], continuation: toContinuation(saved, []) } };
}

async function outcomeOf(text: Promise<string>): Promise<PromiseSettledResult<string>> {
  const [result] = await Promise.allSettled([text]);
  return result;
}

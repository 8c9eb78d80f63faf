import type { AgentRunner } from "@countersign/core";
import { defineKeptRunner, type GateIn, type Next, type ProposedCall, type RunFrom, type Thread } from "@countersign/core/adapter";
import type { CallModelInput, Item as ModelItem, ModelResult, OpenRouter, StopWhen, Tool } from "@openrouter/agent";
import { absorb, keepBeforeLeaving } from "./absorb.ts";
import { predicate } from "./asking.ts";
import { toolContexts, type ToolContexts } from "./context.ts";
import { isOutput, itemsOf, outputItem, type Item } from "./conversation.ts";
import { gatedFor, offerOf, originalsOf } from "./gate-tools.ts";
import { newInvocation, place, type AsksItself, type Invocation } from "./invocation.ts";
import type { State } from "./kinds.ts";
import { endedIn, goOn } from "./resume.ts";
import { FRAMEWORK, fromContinuation, newSaved, toContinuation, type Saved } from "./saved.ts";
import { unlessWaiting } from "./stop-when.ts";
import { emptyStream, finished } from "./stream.ts";

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
export interface Answered {
  readonly answered?: Readonly<Record<string, unknown>> | undefined;
}

/** One invocation, and what it goes by. */
interface Run {
  readonly invocation: Invocation;
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
): AgentRunner<Input, string, ModelResult<T, Shared<S>>, C, Answered> {
  const { name, ungated, tools: given, requireApproval, context, stopWhen, ...request } = settings as unknown as AnySettings;
  const tools = originalsOf(given ?? []);

  const open = (thread: Thread, { signal, answered = {} }: Answered & { readonly signal: AbortSignal }): Run => ({
    invocation: newInvocation({
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
  async function enter(run: Run, { input, continuation }: RunFrom<Input>): Promise<Then> {
    const { invocation } = run;
    const kept = fromContinuation(continuation);
    const saved: Saved = kept?.state ? { ...kept, state: kept.state } : newSaved(invocation.thread.id);
    if (input === undefined) return kept?.state ? resumed(run, saved) : undefined;
    const items = itemsOf(input as State["messages"]);
    const answers = new Set(items.flatMap((item) => (isOutput(item) && saved.outside.includes(item.callId) ? [item.callId] : [])));
    place(invocation, await endedIn(invocation, saved, answers));
    return { request: items };
  }

  async function resumed(run: Run, saved: Saved): Promise<Then> {
    const { invocation, answered } = run;
    const standing = await goOn(
      invocation,
      saved,
      async () => (run.contexts ??= await toolContexts(context, request["sharedContextSchema"])),
    );
    if (standing.type === "waits") return suspended(standing.calls, standing.saved);
    if (standing.type === "stopped") return { advance: { status: "stopped", continuation: toContinuation(standing.saved, []) } };
    place(invocation, standing.saved);
    const { outside, last } = standing.saved;
    if (outside.some((id) => !Object.hasOwn(answered, id))) return elsewhere(run);
    if (last && request["allowFinalResponse"] === false) return completed(standing.saved, "");
    return { request: outside.map((id) => outputItem(id, JSON.stringify(answered[id] ?? null))) };
  }

  function callModel(run: Run, input: readonly Item[]): ModelResult<readonly Tool[]> {
    const { invocation, signal, contexts } = run;
    const last = invocation.saved?.last ?? false;
    const rest = contexts?.rest();
    const made = {
      ...request,
      input,
      requireApproval: predicate(invocation),
      state: { load: async () => ({ ...invocation.saved?.state }), save: (state: State) => save(run, state) },
      ...(given && { tools: gatedFor(gate, tools, () => invocation) }),
      ...(last && { toolChoice: "none" }),
      ...(stopWhen && !last && { stopWhen: unlessWaiting(invocation, stopWhen) }),
      ...(rest ? { context: rest } : context !== undefined && { context }),
    };
    return client.callModel(made as unknown as CallModelInput<readonly Tool[]>, { signal });
  }

  /** How far the SDK came. */
  async function leave(run: Run, said: PromiseSettledResult<string>): Promise<Then> {
    const { invocation, signal } = run;
    if (said.status === "rejected") {
      signal.throwIfAborted();
      if (!run.brokenOff) throw invocation.leaving ?? said.reason;
    }
    const { saved } = invocation;
    if (!saved) return undefined;
    switch (saved.state.status) {
      case "awaiting_approval":
        return suspended(run.waiting, saved);
      case "complete":
        return completed(saved, said.status === "fulfilled" ? said.value : "");
      default:
        return elsewhere(run);
    }
  }

  return defineKeptRunner(gate, {
    name,
    framework: FRAMEWORK,
    tools: { look: () => ({ offers: [offerOf(gate, given ?? [])] }), ungated, remedy: REMEDY },
    open,
    enter,
    // An error of the SDK's is looked at where the run is left.
    run: async (run: Run, input) => settled(callModel(run, input).getText()),
    streaming: {
      empty: () => emptyStream() as unknown as ModelResult<T, Shared<S>>,
      async run(run, input) {
        const stream = callModel(run, input);
        return { stream: stream as unknown as ModelResult<T, Shared<S>>, done: settled(finished(stream)) };
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
async function save(run: Run, state: State): Promise<void> {
  const { invocation } = run;
  if (invocation.leaving) {
    await keepBeforeLeaving(invocation, state);
    throw invocation.leaving;
  }
  const { saved, waiting, breaksOff } = await absorb(invocation, state);
  invocation.saved = saved;
  run.waiting = waiting;
  run.brokenOff = breaksOff;
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
function elsewhere({ invocation: { saved } }: Run): Then {
  return saved && { advance: { status: "suspended", calls: [], continuation: toContinuation(saved, []) } };
}

async function settled(text: Promise<string>): Promise<PromiseSettledResult<string>> {
  const [result] = await Promise.allSettled([text]);
  return result;
}

import type { AgentRunner, ThreadRef } from "@countersign/core";
import {
  refuseIncomplete,
  addUsage,
  defineKeptRunner,
  type GateIn,
  type Next,
  type ProposedCall,
  type RunFrom,
  type Thread,
} from "@countersign/core/adapter";
import type { CallModelInput, Item as ModelItem, ModelResult, OpenRouter, Tool } from "@openrouter/agent";
import { gatedFor } from "./gate-tools.ts";
import { originalsOf } from "./gated.ts";
import { hooksOf } from "./hooks.ts";
import type { State } from "./kinds.ts";
import { offerOf, REMEDY } from "./offers.ts";
import { newRun, place, type Run } from "./run.ts";
import { FRAMEWORK, fromContinuation, messagesIn, newSaved, toContinuation, type Messages, type Saved } from "./saved.ts";
import {
  apart,
  perRunOf,
  settingsOf,
  type AnyPerRun,
  type PerRunSetting,
  type Settings,
  type Shared,
  type SharedSchema,
} from "./settings.ts";
import { absorb, keepBeforeLeaving } from "./state/absorb.ts";
import { toolContexts, type ToolContexts } from "./state/context.ts";
import { endedIn, goOn } from "./state/go-on.ts";
import { unlessWaiting } from "./stop-when.ts";
import { emptyStream, finished } from "./stream.ts";
import { isOutput, itemsOf, outputItem, type Item } from "./turn.ts";
import { metered } from "./usage.ts";
import { predicate } from "./waiting.ts";

type Input = string | ModelItem[];

/** What was answered from outside, by call id: to calls of tools with `execute: false`, and where `onToolCalled` said null. */
interface RunOptions {
  readonly answered?: Readonly<Record<string, unknown>> | undefined;
}

/** One run that a runner drives, and what it goes by. */
interface Driven {
  readonly run: Run;
  /** Settings of `callModel`: the runner's, and those that were made for this run. */
  readonly settings: AnyPerRun;
  readonly signal: AbortSignal;
  readonly answered: Readonly<Record<string, unknown>>;
  /** Made for calls that ran before the SDK did. */
  contexts?: ToolContexts | undefined;
  waiting: readonly ProposedCall[];
  /** A call that waits had reached its tool: the SDK's run was broken off. */
  brokenOff: boolean;
}

/** What the model shall be told next, or how far the run came. Undefined: nothing is saved of it. */
type Then = Next<readonly Item[], string, Messages> | undefined;

/**
 * An agent on durable threads. Settings are those of `callModel`; the conversation is saved in the same write as the requests
 * that it waits for. Results of signed calls enter with the next model request, which is an ordinary turn: the SDK's own tool
 * events don't see those calls, its hooks do. `stopWhen` counts from each start and resume, as the SDK's own does.
 * @param settings.context what a run is given anew, from its thread: the tools' `context`, `user`, `headers`, `hooks`, …
 * @example createRunner(gate, client, { name: "payments", model: "openai/gpt-5.2", tools: [sendPayment] })
 * @throws SETUP for a gate without a policy, for settings that `callModel` doesn't take, and for tools that it can't guard or
 * that share a name
 */
export function createRunner<const T extends readonly Tool[], C, S extends SharedSchema | undefined = undefined, const R = {}>(
  gate: GateIn<C>,
  client: OpenRouter,
  settings: Settings<T, S> & PerRunSetting<T, S, C, R>,
): AgentRunner<Input, string, ModelResult<T, Shared<S>>, C, RunOptions, Messages> {
  refuseIncomplete([gate, client, settings], 'createRunner(gate, new OpenRouter(), { name: "payments", model, tools })');
  const { name, ungated, tools: given, requireApproval, stopWhen, sharedContextSchema, context, request } = settingsOf(client, settings);
  const tools = originalsOf(given ?? []);

  async function open(thread: Thread, { signal, answered = {} }: RunOptions & { readonly signal: AbortSignal }): Promise<Driven> {
    const ref = { threadId: thread.id, requestedBy: thread.requestedBy, context: thread.context } as ThreadRef;
    const made = { ...request, ...perRunOf(name, await context?.(ref)) };
    const keep = (saved: Saved): Promise<void> => thread.save(toContinuation(saved, []));
    const run = newRun({ gate, thread, tools, asksItself: requireApproval, hooks: hooksOf(made.hooks), keep });
    return { run, settings: made, signal, answered, waiting: [], brokenOff: false };
  }

  /** Where the run begins or goes on. */
  async function enter(driven: Driven, { input, continuation }: RunFrom<Input>): Promise<Then> {
    const { run } = driven;
    const kept = fromContinuation(continuation);
    const saved: Saved = kept?.state ? { ...kept, state: kept.state } : newSaved(run.thread.id);
    if (input === undefined) return kept?.state ? resumed(driven, saved) : undefined;
    const items = itemsOf(input as State["messages"]);
    const answers = new Set(items.flatMap((item) => (isOutput(item) && saved.outside.includes(item.callId) ? [item.callId] : [])));
    place(run, { ...(await endedIn(run, saved, answers)), usage: undefined });
    return { request: items };
  }

  async function resumed(driven: Driven, saved: Saved): Promise<Then> {
    const { run, answered, settings: own } = driven;
    const contexts = async (): Promise<ToolContexts> => (driven.contexts ??= await toolContexts(own.context, sharedContextSchema));
    const standing = await goOn(run, saved, contexts);
    if (standing.type === "waits") return suspended(standing.calls, standing.saved);
    if (standing.type === "stopped") return { advance: { status: "stopped", continuation: toContinuation(standing.saved, []) } };
    place(run, standing.saved);
    const { outside, last } = standing.saved;
    if (outside.some((id) => !Object.hasOwn(answered, id))) return elsewhere(driven);
    if (last && own.allowFinalResponse === false) return completed(standing.saved, "");
    return { request: outside.map((id) => outputItem(id, JSON.stringify(answered[id] ?? null))) };
  }

  function callModel(driven: Driven, input: readonly Item[]): ModelResult<readonly Tool[]> {
    const { run, settings: own, signal, contexts } = driven;
    const last = run.saved?.last ?? false;
    const rest = contexts?.rest();
    const { request: settled, transport } = apart(own);
    const made = {
      ...settled,
      ...(sharedContextSchema !== undefined && { sharedContextSchema }),
      input,
      requireApproval: predicate(run),
      state: { load: async () => ({ ...run.saved?.state }), save: (state: State) => save(driven, state) },
      ...(given && { tools: gatedFor(gate, tools, () => run) }),
      ...(last && { toolChoice: "none" }),
      ...(stopWhen && !last && { stopWhen: unlessWaiting(run, stopWhen) }),
      ...(rest && { context: rest }),
    };
    return metered(client.callModel(made as unknown as CallModelInput<readonly Tool[]>, { ...transport, signal }), (usage) => {
      if (run.saved) run.saved = { ...run.saved, usage: addUsage(run.saved.usage, usage) };
    });
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
    perCall: ["answered"],
    messages: (_threadId, saved) => messagesIn(saved),
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
  return { advance: { status: "completed", output: text, text, usage: done.usage, continuation: toContinuation(done, []) } };
}

/** What is answered from outside is still to come. */
function elsewhere({ run: { saved } }: Driven): Then {
  return saved && { advance: { status: "suspended", calls: [], continuation: toContinuation(saved, []) } };
}

async function outcomeOf(text: Promise<string>): Promise<PromiseSettledResult<string>> {
  const [result] = await Promise.allSettled([text]);
  return result;
}

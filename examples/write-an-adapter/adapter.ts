import type { AgentRunner } from "@countersign/core";
import {
  defineRunner,
  leftOpen,
  textOf,
  turnIdOf,
  type Advance,
  type Continuation,
  type GateIn,
  type ProposedCall,
  type Thread,
} from "@countersign/core/adapter";
import { proposes, type Agent, type Message } from "./framework.ts";

/** Of the saved conversation: another number for another shape, so that an old one is recognised. */
const FORMAT = 1;

type Runner<C> = AgentRunner<string, string, never, C, {}, readonly Message[]>;

/** The whole adapter: how this framework goes on. Leases, fences, workers and outcomes are done by defineRunner. */
export function createRunner<C>(gate: GateIn<C>, agent: Agent, options: { name: string }): Runner<C> {
  return defineRunner<string, string, never, C, {}, readonly Message[]>(gate, {
    name: options.name,
    framework: "little loop",
    messages: (_, { continuation, input }) => [...savedIn(continuation), ...said(input as string | undefined)],
    async advance(thread, { input, continuation }, { signal }) {
      const messages = [...savedIn(continuation)];
      if (input !== undefined) messages.push(...(await answersToOpenCalls(thread, messages)), ...said(input));
      return loop(agent, thread, messages, signal);
    },
  });
}

function savedIn(continuation: Continuation | null): readonly Message[] {
  return (continuation?.data as readonly Message[] | undefined) ?? [];
}

function said(input: string | undefined): readonly Message[] {
  return input === undefined ? [] : [{ role: "user", text: input }];
}

async function loop(agent: Agent, thread: Thread, messages: Message[], signal: AbortSignal): Promise<Advance<string, readonly Message[]>> {
  for (;;) {
    const open = openCalls(messages);
    // A turn that this invocation saw the model produce can't have requests yet: asking about it costs no read.
    const fresh = open.length === 0;
    if (fresh) messages.push(await agent.model(messages));
    const continuation = { format: FORMAT, data: messages };
    const calls = openCalls(messages);
    if (calls.length === 0) {
      const last = messages.at(-1);
      const text = last && "text" in last ? last.text : "";
      return { status: "completed", output: text, text, continuation };
    }

    // Before anything comes of the turn: what a grant signs does not pause, and must not be proposed again.
    if (fresh) await thread.save(continuation);

    // Gate: which calls miss a signature? Suspend: if any does, none of the turn runs.
    const waiting: ProposedCall[] = [];
    for (const call of calls) if (await thread.mustWait(call, { fresh, parse: agent.tools[call.tool]?.parse })) waiting.push(call);
    if (waiting.length > 0) return { status: "suspended", calls: waiting, continuation };

    // Resume: the only door to an effect. What was decided is in the store, and nowhere else.
    for (const call of calls) {
      signal.throwIfAborted();
      const { text, stops } = await perform(agent, thread, call, fresh);
      messages.push({ role: "tool", id: call.callId, text });
      if (stops) return { status: "stopped", continuation };
    }
  }
}

async function perform(
  agent: Agent,
  thread: Thread,
  call: ProposedCall,
  fresh: boolean,
): Promise<{ readonly text: string; readonly stops?: boolean }> {
  // A deploy may have taken the tool away, or changed its schema, since the call was signed: core keeps the signature then.
  const { run, parse } = agent.tools[call.tool] ?? {};
  // What is thrown here leaves the loop: it is no text for a model.
  const execution = await thread.execute(call, run, { fresh, parse });
  switch (execution.status) {
    case "ran":
      return { text: (execution.notice ?? "") + textOf(execution.result) };
    case "refused":
      return { text: execution.message, stops: execution.then === "stop" };
    case "failed":
      return { text: `The tool failed: ${String(execution.error)}` };
    case "pending":
      throw new Error("unreachable: nothing waits by now");
  }
}

/** The calls of the last turn that have no result yet. Models use ids again, so only what follows the turn answers it. */
function openCalls(messages: readonly Message[]): readonly ProposedCall[] {
  const at = messages.findLastIndex(proposes);
  const turn = messages[at];
  if (!proposes(turn)) return [];
  const turnId = turnIdOf(messages.slice(0, at + 1));
  const answered = new Set(messages.slice(at + 1).map((message) => (message.role === "tool" ? message.id : undefined)));
  return turn.calls.filter(({ id }) => !answered.has(id)).map(({ id, name, args }) => ({ turnId, callId: id, tool: name, args }));
}

/**
 * A new message came while calls were open. Providers refuse a history with open calls. A call may have run since the
 * conversation was saved, so only the store knows what became of it: never write that answer yourself.
 */
async function answersToOpenCalls(thread: Thread, messages: readonly Message[]): Promise<readonly Message[]> {
  const answers: Message[] = [];
  for (const call of openCalls(messages)) {
    const left = await leftOpen(thread, call);
    const text = left.status === "ran" ? (left.notice ?? "") + textOf(left.result) : left.message;
    answers.push({ role: "tool", id: call.callId, text });
  }
  return answers;
}

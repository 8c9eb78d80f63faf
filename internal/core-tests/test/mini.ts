import { defineRunner, type GateIn, turnIdOf, type ProposedCall, type Thread } from "@countersign/core/adapter";

/** The smallest framework that needs a gate: a loop of model and tools over a list of messages. */
export interface Message {
  readonly role: "user" | "model" | "tool";
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly args: Record<string, unknown> }[];
  readonly id?: string;
}
export interface MiniAgent {
  model(messages: readonly Message[]): Promise<Message>;
  readonly tools: Readonly<Record<string, (args: object) => unknown>>;
}

/** A model that says its lines one after the other, however often the process is restarted. */
export function scripted(...turns: readonly (string | Message["calls"])[]): MiniAgent["model"] & { requests: number } {
  const model = async (messages: readonly Message[]): Promise<Message> => {
    model.requests++;
    const line = turns[messages.filter(({ role }) => role === "model").length] ?? "done";
    return typeof line === "string" ? { role: "model", text: line } : { role: "model", calls: line };
  };
  model.requests = 0;
  return model;
}

export const call = (id: string, name: string, args: Record<string, unknown>): NonNullable<Message["calls"]>[number] => ({
  id,
  name,
  args,
});

export function createRunner<C>(gate: GateIn<C>, agent: MiniAgent, name = "mini", framework = "mini") {
  return defineRunner<string, readonly Message[], AsyncIterable<string>, C>(gate, {
    name,
    framework,
    advance: (thread, { input, continuation }, { signal }) =>
      advance(agent, thread, input, continuation?.data as Message[] | undefined, signal),
    async advanceStream(thread, { input, continuation }, { signal }) {
      const done = advance(agent, thread, input, continuation?.data as Message[] | undefined, signal);
      return { stream: (async function* () { yield "begin"; await done.catch(() => {}); yield "end"; })(), done }; // prettier-ignore
    },
  });
}

async function advance(
  agent: MiniAgent,
  thread: Thread,
  input: string | undefined,
  saved: readonly Message[] | undefined,
  signal: AbortSignal,
) {
  const messages = [...(saved ?? [])];
  if (input !== undefined) messages.push({ role: "user", text: input });
  for (;;) {
    const restored = messages.at(-1);
    const fresh = !restored?.calls;
    const last = fresh ? await agent.model(messages) : restored;
    if (fresh) messages.push(last);
    const continuation = { format: 1, data: messages };
    if (!last.calls) return { status: "completed", output: messages, text: last.text ?? "", continuation } as const;
    const turnId = turnIdOf(messages);
    const calls = last.calls.map(({ id, name, args }): ProposedCall => ({ turnId, callId: id, tool: name, args }));
    const waiting: ProposedCall[] = [];
    for (const proposed of calls) if (await thread.mustWait(proposed, { fresh })) waiting.push(proposed);
    if (waiting.length > 0) return { status: "suspended", calls: waiting, continuation } as const;
    for (const proposed of calls) {
      signal.throwIfAborted();
      const execution = await thread.execute(proposed, (args) => agent.tools[proposed.tool]?.(args), { fresh });
      if (execution.status === "pending") throw new Error("nothing should wait here");
      if (execution.status === "refused" && execution.then === "stop") return { status: "stopped" } as const;
      if (execution.status === "failed") throw execution.error;
      const text = execution.status === "refused" ? execution.message : (execution.notice ?? "") + JSON.stringify(execution.result);
      messages.push({ role: "tool", id: proposed.callId, text });
    }
  }
}

import { AsyncLocalStorage } from "node:async_hooks";
import { CountersignError, isCountersignError } from "@countersign/core";
import type { ProposedCall } from "@countersign/core/adapter";
import type { Advancing, Outcome } from "./advancing.ts";
import type { Agent, ToolCall } from "./framework.ts";
import { within } from "./timeout.ts";

/** How each mutant gets one call wrong; undefined: it doesn't. */
export function stumble(
  agent: Agent,
  call: ProposedCall,
  turn: readonly ProposedCall[],
  advancing: Advancing,
): Promise<Outcome> | undefined {
  const { thread, flaw, answers } = advancing;
  const run = async (args: ToolCall["args"] = call.args): Promise<string> => String(await agent.tools[call.tool]?.(args, advancing.perRun));
  const plainly = async (args?: ToolCall["args"]): Promise<Outcome> => ({ text: await run(args) });
  const recorded = () => recordOf(advancing, call);
  switch (flaw) {
    case "never-asks":
      return plainly();
    case "runs-undecided":
      return recorded().then((request) => (request?.status === "pending" ? plainly() : normally(agent, call, advancing)));
    case "swallows-pause":
      return normally(agent, call, advancing, "waiting for approval");
    case "claims-nothing":
      return recorded().then((request) =>
        request?.status === "approved" ? plainly(request.approvedArgs) : normally(agent, call, advancing),
      );
    case "runs-what-was-shown":
      return recorded().then((request) => wrapped(thread.execute(call, () => run(request?.approvedArgs))));
    case "loses-edits":
      return wrapped(thread.execute(call, () => run()));
    case "executes-twice":
      return wrapped(thread.execute(call, async (args) => (await run(args)) && run(args)));
    case "executes-what-was-refused":
      return thread.execute(call, run).then((execution) => (execution.status === "refused" ? plainly() : normally(agent, call, advancing)));
    case "gates-twice":
      return agent.gatedTwice ? wrapped(thread.execute(call, () => thread.execute(call, run))) : undefined;
    case "guards-outside":
      return wrapped(thread.execute(call, (args) => agent.around ? agent.around(args, run) : run(args))); // prettier-ignore
    case "answers-for-the-tool":
      return wrapped(thread.execute(call, () => "I did it"));
    case "cuts-arguments":
      return wrapped(thread.execute(call, (args) => run(cut(args) as ToolCall["args"])));
    case "needs-json-results":
      return wrapped(thread.execute(call, async (args) => JSON.parse(JSON.stringify(await agent.tools[call.tool]?.(args))) as unknown));
    case "drops-notice":
      return normally(agent, call, advancing, undefined, (text) => text.slice(text.lastIndexOf("\n") + 1));
    case "notes-everything":
      return normally(agent, call, advancing, undefined, (text) => `A person has looked at this.\n${text}`);
    case "drops-reason":
      return thread.execute(call, run).then((execution): Outcome => (execution.status === "ran" ? { text: (execution.notice ?? "") + execution.result } : { text: "failed", stops: execution.status === "refused" && execution.then === "stop" })); // prettier-ignore
    case "leaks-token":
      return recorded().then((request) => normally(agent, call, advancing, undefined, (text) => `${text} [${request?.id}]`));
    case "loses-context":
      return wrapped(thread.execute(call, (args) => outside(() => run(args))));
    case "parks-for-siblings":
      return wrapped(
        thread.execute(call, (args) => run(args).then((text) => besideFrozen(advancing, turn, call, text)), { paused: isCountersignError }),
      );
    case "times-out-outside":
      return within(agent.timeouts[call.tool], new AbortController(), () => normally(agent, call, advancing)).catch((error: unknown) => {
        if (isCountersignError(error) || !(error instanceof Error)) throw error;
        return { text: error.message };
      });
    case "runs-what-cant-be-asked":
      return JSON.stringify(call.args).length > 5_000 ? plainly() : undefined;
    case "swaps-parallel": {
      const other = turn[turn.length - 1 - turn.indexOf(call)] ?? call;
      return wrapped(thread.execute(other, (args) => run(args)));
    }
    case "trusts-native-answer": {
      const answer = answers[call.callId];
      return answer && answer.type !== "reject"
        ? plainly(answer.type === "edit" ? (answer.args as ToolCall["args"]) : undefined)
        : undefined;
    }
    default:
      return undefined;
  }
}

/** As if the process had nothing to do with the call. */
const outside = AsyncLocalStorage.snapshot();

/** Throws what stands in a sibling's way. */
async function besideFrozen({ gate }: Advancing, turn: readonly ProposedCall[], call: ProposedCall, text: string): Promise<string> {
  const freeze = (await gate.freezes()).find(({ tool }) => turn.some((other) => other !== call && other.tool === tool));
  if (freeze) throw new CountersignError("FROZEN", { ...freeze, tool: String(freeze.tool) });
  return text;
}

async function recordOf({ gate, thread }: Advancing, call: ProposedCall) {
  const { items } = await gate.list({ threadId: thread.id, tool: call.tool, limit: 1_000, order: "newest" });
  return items.find(({ args }) => JSON.stringify(args) === JSON.stringify(call.args)) ?? items[0];
}

/** As the sound adapter would, and then a little different. */
async function normally(
  agent: Agent,
  call: ProposedCall,
  { thread }: Advancing,
  pending?: string,
  words: (text: string) => string = (text) => text,
): Promise<Outcome> {
  try {
    return await wrapped(thread.execute(call, (args) => agent.tools[call.tool]?.(args)), pending, words); // prettier-ignore
  } catch (error) {
    if (error instanceof Error && !isCountersignError(error)) return { text: `The tool failed: ${error.message}` };
    throw error;
  }
}

async function wrapped(
  executing: ReturnType<Advancing["thread"]["execute"]>,
  pending?: string,
  words: (text: string) => string = (text) => text,
): Promise<Outcome> {
  const execution = await executing;
  if (execution.status === "pending") {
    if (pending === undefined) throw new Error("nothing should wait here");
    return { text: pending };
  }
  if (execution.status === "refused") return { text: words(execution.message), stops: execution.then === "stop", refused: true };
  if (execution.status === "failed") throw execution.error;
  const result = typeof execution.result === "string" ? execution.result : String(JSON.stringify(execution.result));
  return { text: words((execution.notice ?? "") + result), ranWith: execution.args };
}

function cut(value: unknown): unknown {
  if (typeof value === "string") return value.slice(0, 1_000);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(cut);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== "__proto__")
      .slice(0, 5_000)
      .map(([key, member]) => [key, cut(member)]),
  );
}

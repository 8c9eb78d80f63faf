import { isDeepStrictEqual } from "node:util";
import { CountersignError, isCountersignError, type Gate, type JsonObject, type ThreadRef } from "@countersign/core";
import {
  addUsage,
  defineRunner,
  isUnexecuted,
  leftOpen,
  turnIdOf,
  type Advance,
  type Continuation,
  type Execution,
  type Offer,
  type ProposedCall,
  type SavedRun,
  type Thread,
} from "@countersign/core/adapter";
import type { Advancing, Outcome } from "./advancing.ts";
import type { Flaw } from "./flaw.ts";
import { emptyState, stateOf, type Agent, type Message, type NativeAnswers, type State, type ToolCall } from "./framework.ts";
import { answerTo, handOver } from "./provider.ts";
import { stumble } from "./stumble.ts";
import { within } from "./timeout.ts";

interface Options {
  readonly flaw?: Flaw | undefined;
  readonly ungated?: readonly string[] | undefined;
  /** What the tools are given for each run. */
  readonly context?: ((thread: ThreadRef<JsonObject>) => JsonObject) | undefined;
}

type Step = Advance<unknown, readonly Message[]>;
type Native = { answers?: NativeAnswers | undefined };
const conversations: State[] = [];

/** The sound adapter; a flaw makes a mutant of it. */
export function createRunner(gate: Gate, agent: Agent, { flaw, ungated, context }: Options = {}) {
  const step = async (
    thread: Thread,
    input: string | undefined,
    data: unknown,
    options: Native & { signal: AbortSignal },
    streams = false,
  ): Promise<Step> => {
    const state =
      flaw === "mixes-threads" && conversations[0] ? conversations[0] : data && flaw !== "begins-anew" ? stateOf(data) : emptyState();
    conversations[0] = state;
    if (input !== undefined) {
      await answerOpenCalls(agent, state, thread, flaw);
      state.messages.push({ role: "user", text: input });
      if (flaw !== "counts-all-runs") state.usage = undefined;
    }
    const advancing = {
      thread,
      gate,
      root: state,
      answers: options.answers ?? {},
      signal: options.signal,
      perRun: flaw === "loses-per-run" && input === undefined ? undefined : context?.(refOf(thread)),
      flaw,
      resumed: input === undefined,
      streams,
    };
    return advance(agent, state, advancing);
  };
  return defineRunner<string, unknown, AsyncIterable<string>, unknown, Native, readonly Message[]>(gate, {
    name: "mini agent",
    framework: "mini",
    ...(flaw !== "overlooks-ungated" && {
      tools: { look: () => ({ offers: [offerOf(gate, agent)] }), ungated, remedy: "Take them out of the agent's own." },
    }),
    messages: (_, saved) => (flaw === "shows-no-conversation" ? [] : conversationIn(saved, flaw)),
    advance: (thread, { input, continuation }, options) => step(thread, input, continuation?.data, options),
    async advanceStream(thread, { input, continuation }, options) {
      const done =
        flaw === "streams-ungated"
          ? pastTheGate(agent, { thread, gate, signal: options.signal, perRun: context?.(refOf(thread)) })
          : step(thread, input, continuation?.data, options, true);
      return { stream: chunks(done), done };
    },
  });
}

function pastTheGate(agent: Agent, run: Pick<Advancing, "thread" | "gate" | "signal" | "perRun">): Promise<Step> {
  const state = emptyState();
  return advance(agent, state, { ...run, root: state, answers: {}, flaw: "never-asks", resumed: false, streams: true });
}

function conversationIn({ continuation, input }: SavedRun, flaw: Flaw | undefined): readonly Message[] {
  const { messages } = continuation ? stateOf(continuation.data) : emptyState();
  return typeof input === "string" && flaw !== "forgets-input" ? [...messages, { role: "user", text: input }] : messages;
}

function refOf({ id, requestedBy, context }: Thread): ThreadRef<JsonObject> {
  return { threadId: id, requestedBy, context: context as JsonObject | undefined };
}

function offerOf(gate: Gate, { tools, own = {} }: Agent): Offer {
  const offered = (names: object, by?: Gate): Offer["tools"] => Object.keys(names).map((name) => ({ name, calledAs: name, gate: by }));
  return { tools: [...offered(tools, gate), ...offered(own)] };
}

async function* chunks(done: Promise<unknown>): AsyncGenerator<string> {
  yield "begin";
  await done.catch(() => {});
  yield "end";
}

/** A new message came while calls were open: the provider wants an answer to each. What became of them is on record. */
async function answerOpenCalls(agent: Agent, { messages }: State, thread: Thread, flaw: Flaw | undefined): Promise<void> {
  if (flaw === "leaves-calls-open") return;
  const at = messages.findLastIndex(({ role }) => role === "model");
  const turnId = turnIdFor(messages.slice(0, at + 1), flaw);
  for (const { id, name, args } of openCalls(messages)) {
    const text =
      flaw === "answers-open-calls"
        ? "The user wrote something else. This call did not run."
        : await toldOf(thread, { turnId, callId: id, tool: name, args });
    messages.push(answerTo(agent, { id, tool: name, text }, flaw));
  }
}

async function toldOf(thread: Thread, call: ProposedCall): Promise<string> {
  const left = await leftOpen(thread, call);
  if (left.status !== "ran") return left.message;
  return (left.notice ?? "") + (typeof left.result === "string" ? left.result : textOf(left.result));
}

async function advance(agent: Agent, state: State, advancing: Advancing): Promise<Step> {
  const { thread, flaw } = advancing;
  const { messages } = state;
  for (;;) {
    const at = messages.findLastIndex(({ role }) => role === "model");
    const restored = at >= 0 && openCalls(messages).length > 0;
    if (restored && flaw === "requests-on-wake") await agent.model(messages.slice(0, at));
    const last = restored ? messages[at] : await agent.model(messages);
    if (!last) throw new Error("unreachable");
    if (!restored) {
      messages.push(last);
      advancing.root.usage = flaw === "counts-last-request" ? last.usage : addUsage(advancing.root.usage, last.usage);
    }
    const continuation = { format: 1, data: advancing.root };
    if (!last.calls) return completed(agent, last.text ?? "", advancing, continuation);
    const turnId = turnIdFor(messages.slice(0, messages.indexOf(last) + 1), flaw);
    const fresh = (!restored && flaw !== "asks-by-call-id") || flaw === "reasks-policy";
    const open = openCalls(messages);
    const proposed = open.map((call): ProposedCall => ({ turnId, callId: call.id, tool: call.name, args: call.args }));
    const isOwn = ({ tool }: ProposedCall): boolean => agent.own !== undefined && tool in agent.own;
    const waiting = await unsigned(agent, proposed.filter((call) => !isOwn(call)), fresh, advancing); // prettier-ignore
    if (flaw === "asks-one-by-one") for (const call of waiting) await thread.suspend([call], continuation);
    if (waiting.length > 0) return { status: "suspended", calls: waiting, continuation };
    // A call that a grant has signed didn't pause the run. Unless it is saved before it runs, it is proposed and run again.
    if (!restored && !(flaw && SAVES_AT_PAUSES.has(flaw))) await thread.save(continuation);
    for (const [index, call] of proposed.entries()) {
      advancing.signal.throwIfAborted();
      const outcome = await (isOwn(call)
        ? plainly(agent, call)
        : (stumble(agent, call, proposed, advancing) ?? execute(agent, state, call, fresh, advancing)));
      if ("pause" in outcome) return { status: "suspended", calls: outcome.pause, continuation };
      if (outcome.stops && flaw !== "goes-on-after-stop") {
        await answerOpenCalls(agent, state, thread, flaw);
        return { status: "stopped", continuation };
      }
      if (outcome.ranWith && flaw === "rewrites-call") rewrite(messages, last, open[index], outcome.ranWith);
      if (flaw === "drops-siblings" && outcome.refused) messages.splice(messages.indexOf(last) + 1);
      messages.push(answerTo(agent, { id: call.callId, tool: call.tool, ...outcome }, flaw));
    }
    if (flaw === "never-ends" && thread.id !== "") return { status: "suspended", calls: [], continuation };
  }
}

function completed({ structured }: Agent, text: string, { root, flaw, streams }: Advancing, continuation: Continuation): Step {
  const output: unknown = structured && !(flaw === "streams-no-output" && streams) ? JSON.parse(text) : text;
  return { status: "completed", output, text, usage: root.usage, continuation };
}

/** What can't be asked about can't be saved either. */
const SAVES_AT_PAUSES: ReadonlySet<Flaw> = new Set(["saves-at-pauses", "runs-what-cant-be-asked"]);

function turnIdFor(history: readonly Message[], flaw: Flaw | undefined): string {
  if (flaw === "asks-by-call-id" || flaw === "runs-what-cant-be-asked") return "turn";
  return flaw === "renames-turns" ? `${turnIdOf(history)}/${process.pid}` : turnIdOf(history);
}

async function unsigned(
  { schemas }: Agent,
  calls: readonly ProposedCall[],
  fresh: boolean,
  { thread, gate, flaw, resumed }: Advancing,
): Promise<readonly ProposedCall[]> {
  if (flaw === "asks-the-policy-itself") return resumed && !fresh ? [] : calls.filter((call) => gate.policy?.check(call).type === "ask");
  if (flaw === "lets-the-provider") return [];
  if (flaw === "never-asks" || flaw === "swallows-pause" || (flaw === "runs-undecided" && resumed)) return [];
  const waiting: ProposedCall[] = [];
  for (const call of flaw === "asks-in-reverse" ? calls.toReversed() : calls) {
    if (flaw === "runs-what-cant-be-asked" && JSON.stringify(call.args).length > 5_000) continue;
    const frameworkAsks = flaw === "asks-everything" ? "everything" : undefined;
    if (await thread.mustWait(call, { fresh, frameworkAsks, parse: schemas[call.tool] })) waiting.push(call);
  }
  return waiting;
}

/** The calls of the last turn that have no result yet. Ids repeat between turns: only what follows counts. */
function openCalls(messages: readonly Message[]): readonly ToolCall[] {
  const at = messages.findLastIndex(({ role }) => role === "model");
  const answered = new Set(messages.slice(at + 1).map(({ id }) => id));
  return (messages[at]?.calls ?? []).filter(({ id }) => !answered.has(id));
}

function rewrite(messages: Message[], turn: Message, call: ToolCall | undefined, args: ToolCall["args"]): void {
  const at = messages.findLastIndex(({ calls }) => calls === turn.calls || calls?.[0]?.id === turn.calls?.[0]?.id);
  const from = messages[at];
  if (from) messages[at] = { ...from, calls: from.calls?.map((each) => (each.id === call?.id ? { ...each, args } : each)) ?? [] };
}

async function plainly({ own }: Agent, { tool, args }: ProposedCall): Promise<Outcome> {
  return { text: textOf(await own?.[tool]?.(args)) };
}

/** Thrown out of a nested agent's tool: not a failure of the tool, but its pause. */
class NestedPause extends Error {
  readonly calls: readonly ProposedCall[];
  constructor(calls: readonly ProposedCall[]) {
    super("a nested agent waits");
    this.calls = calls;
  }
}

async function execute(agent: Agent, state: State, call: ProposedCall, fresh: boolean, advancing: Advancing): Promise<Outcome> {
  const { thread, flaw } = advancing;
  if (agent.hosted?.includes(call.tool)) return handOver(advancing, call, fresh);
  const refused = await checked(agent, call, fresh, advancing);
  if (refused !== undefined) return { text: refused };
  const off = new AbortController();
  const effect = (args: ToolCall["args"]): unknown => {
    const nested = agent.agents[call.tool];
    if (nested) return delegate(nested, state, call, args, advancing);
    return within(agent.timeouts[call.tool], off, () => agent.tools[call.tool]?.(args, advancing.perRun));
  };
  const paused = (error: unknown): boolean => error instanceof NestedPause || (flaw === "parks-on-errors" && isCountersignError(error));
  const signal = flaw === "times-out-unsaid" ? undefined : off.signal;
  const parse = agent.schemas[call.tool];
  const isThere = call.tool in agent.agents || call.tool in agent.tools || flaw === "keeps-lost-tools";
  let execution: Execution<unknown> | undefined;
  const guarded = async (args: ToolCall["args"]): Promise<unknown> => {
    execution = await thread.execute(await admitted(thread, call, args), isThere ? effect : undefined, { fresh, paused, signal, parse });
    if (execution.status === "failed") throw execution.error;
    return execution.status === "ran" ? execution.result : undefined;
  };
  try {
    const said = await (agent.around ? agent.around(call.args, guarded) : guarded(call.args));
    if (!execution || execution.status === "pending") return { pause: [call] };
    if (execution.status === "refused") return { text: execution.message, stops: execution.then === "stop", refused: true };
    // Whatever stands around the tool has dealt with its failure.
    if (execution.status === "failed") return { text: typeof said === "string" ? said : textOf(said) };
    const text = typeof said === "string" || (execution.replayed && flaw === "retells-otherwise") ? String(said) : textOf(said);
    return { text: (execution.notice ?? "") + text, ranWith: execution.args };
  } catch (error) {
    if (error instanceof NestedPause) {
      // The outer call is asked again, so that the end of this invocation doesn't withdraw what is under it.
      await thread.mustWait(call);
      return { pause: error.calls };
    }
    const ofTool = execution?.status === "failed" && execution.error === error;
    if (ofTool || !isCountersignError(error) || (advancing.flaw === "swallows-freeze" && error.code === "FROZEN"))
      return { text: `The tool failed: ${error instanceof Error ? error.message : String(error)}` };
    throw error;
  }
}

/** The framework checks what would run, unless it has run. */
async function checked({ check }: Agent, call: ProposedCall, fresh: boolean, { thread, flaw }: Advancing): Promise<string | undefined> {
  if (!check || flaw === "skips-checks") return undefined;
  if (flaw === "checks-the-model") return check(call.args);
  const preview = await thread.preview(call, { fresh });
  const request = await thread.recorded(call);
  return preview.status === "runs" && (!request || isUnexecuted(request)) ? check(preview.args) : undefined;
}

/** What is recorded of a call runs as it was signed, whatever arguments arrive. @throws NOT_APPROVED for others that the policy asks about */
async function admitted(thread: Thread, call: ProposedCall, args: ToolCall["args"]): Promise<ProposedCall> {
  if (isDeepStrictEqual(args, call.args) || (await thread.recorded(call))) return call;
  const changed = { ...call, args };
  if (thread.decidedByPolicy(changed)) return changed;
  throw new CountersignError("NOT_APPROVED", { request: undefined });
}

/** A tool may answer what JSON can't carry; it has run all the same. */
function textOf(result: unknown): string {
  try {
    return JSON.stringify(result) ?? "";
  } catch {
    return "[a result that can't be shown]";
  }
}

async function delegate(
  agent: Agent,
  state: State,
  { turnId, callId }: ProposedCall,
  { task }: ToolCall["args"],
  advancing: Advancing,
): Promise<string> {
  const key = `${turnId}/${callId}`;
  const inner = (state.nested[key] ??= { messages: [{ role: "user", text: String(task) }], nested: {} });
  const advanced = await advance(agent, inner, advancing.flaw === "nests-ungated" ? { ...advancing, flaw: "never-asks" } : advancing);
  if (advanced.status === "suspended") throw new NestedPause(advanced.calls);
  return advanced.status === "completed" ? advanced.text : "stopped";
}

import {
  demand,
  demandGate,
  demandOptions,
  refuseLookalikes,
  warnMisspelt,
  type GateIn,
  type ProposedCall,
} from "@countersign/core/adapter";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import type { ToolCall } from "@langchain/core/messages/tool";
import { Command, type LangGraphRunnableConfig } from "@langchain/langgraph";
import { createMiddleware, type AgentMiddleware, type Runtime } from "langchain";
import { surroundingsOf, type Surroundings } from "./checkpoints/surroundings.ts";
import { withdrawForgotten } from "./forgotten.ts";
import { calledByName } from "./gate-tools.ts";
import { isClientTool, markGated } from "./gated.ts";
import { askedBy, refuseUndecidable, type InterruptOn, type Table } from "./middleware/interrupt-on.ts";
import { noSuchTool, realCalls } from "./middleware/made-up.ts";
import { warnOfProviders } from "./offers.ts";
import { passOn } from "./middleware/passage.ts";
import { refuseSwallowed } from "./pauses/leaving.ts";
import { pauseHook, pauseOf, type Pause } from "./pauses/pause.ts";
import { pausePayload } from "./pauses/payload.ts";
import { runOf, type Run, type Who } from "./run.ts";
import { jsonSchemaOf, parserOf } from "./schema.ts";
import { stopOf } from "./stop.ts";
import { repairOf } from "./told.ts";
import { numberRepeatedIds, openTurn, proposedCall, turnProposing, type Turn } from "./turn.ts";
import { suspendUnsigned, type Candidate } from "./waiting.ts";

/** One hook's view: where it runs, on whose behalf, and what it looks at. */
interface Hook {
  readonly surroundings: Surroundings;
  readonly run: Run;
  readonly messages: BaseMessage[];
  readonly runtime: Runtime<unknown>;
  readonly table: Table;
}

/**
 * The gate for `createAgent`. Before anything of a model's turn runs, the calls that miss a signature are recorded and
 * the graph pauses once for all of them; every call is checked again right before it runs. List it first, so that no
 * other middleware can swallow its pause. Go on with `agent.invoke(null, config)`, or drive the agent with `createRunner`.
 * @example createAgent({ model, tools, checkpointer, middleware: [approvalMiddleware(gate)] })
 * @throws SETUP for an unknown option; for a table whose `allowedDecisions` are empty or unknown; from the agent: without a checkpointer or a
 * thread_id, with durability "exit", for two tools of one name, and if table and policy have no decision in common
 */
export function approvalMiddleware<C>(
  gate: GateIn<C>,
  options: {
    /** Whose call it is, outside a runner: a function of LangChain's Runtime. The thread itself is always configurable.thread_id. */
    // oxlint-disable-next-line typescript/no-explicit-any -- whatever context the agent's own middleware declares
    who?: Who<Runtime<any>, C>;
    /**
     * Moving from humanInTheLoopMiddleware: keep its table. It asks as well and never allows. Of its `allowedDecisions`, a
     * reviewer is offered those that the policy's terms offer too. Its descriptions stand in `request.reason`.
     */
    interruptOn?: InterruptOn;
    /** As there: why a call is asked about that the table has no description for. */
    descriptionPrefix?: string;
    /** Without a runner: what the provider runs by itself is warned about once, unless it is named here. */
    ungated?: readonly string[];
  } = {},
): AgentMiddleware {
  demandGate(gate);
  const known = ["who", "interruptOn", "descriptionPrefix", "ungated"];
  const call = "approvalMiddleware(gate, { who: (runtime) => ({ requestedBy }) })";
  demandOptions(options, known, call);
  const { who, ungated, ...table } = options;
  demand(who === undefined || typeof who === "function", who, "the function that says whose call it is", call);
  refuseUndecidable(table.interruptOn);
  const enter = (runtime: Runtime<unknown>, messages: BaseMessage[]): Hook => {
    const surroundings = surroundingsOf(runtime as LangGraphRunnableConfig);
    return { surroundings, run: runOf(gate, surroundings, () => who?.(runtime) ?? {}), messages, runtime, table };
  };
  const middleware = createMiddleware({
    name: "ApprovalMiddleware",

    wrapModelCall: async (request, handler) => {
      const entered = attempt(() => enter(request.runtime, request.messages));
      // What is wrong is said by the hook after this one: LangChain wraps what is thrown here.
      if (!entered) return new Command({});
      const { run, surroundings } = entered;
      refuseSwallowed(run, surroundings);
      refuseLookalikes({ tools: request.tools.filter(isClientTool).map(calledByName) });
      const tools = new Map(request.tools.flatMap((tool) => ("name" in tool ? [[String(tool.name), tool]] : [])));
      if (!run.driven) warnOfProviders(request.tools, { gate, ungated });
      warnMisspelt(gate, "interruptOn", Object.keys(table.interruptOn ?? {}), [...tools.keys()]);
      // Here and not in a hook before the model: LangChain makes a step of each such hook, and saves it.
      const repair = await repairOf(gate, run, request.messages);
      await withdrawForgotten(gate, run, surroundings, request.messages);
      const message = await handler(repair ? { ...request, messages: repair.messages } : request);
      if (AIMessage.isInstance(message)) numberRepeatedIds(message, repair?.messages ?? request.messages);
      run.produced.set(message, tools);
      return repair && AIMessage.isInstance(message) ? new Command({ update: repair.update(message) }) : message;
    },

    afterModel: {
      canJumpTo: ["end"],
      hook: async ({ messages }, runtime) => {
        const hook = enter(runtime, messages);
        const turn = openTurn(messages);
        if (!turn) return undefined;
        const tools = hook.run.produced.get(turn.message);
        const pause = await pauseFor(hook, turn, await realCalls(hook.run, turn), (name) => tools?.get(name));
        if (pause) return pauseHook(hook, pause);
        const answers = await stopOf(hook.run, hook.surroundings, turn);
        return answers && { messages: [...answers], jumpTo: "end" };
      },
    },

    wrapToolCall: async (request, handler) => {
      const hook = enter(request.runtime, request.state.messages);
      const { run, surroundings } = hook;
      const turn = turnProposing(request.state.messages, request.toolCall);
      // The tool that would run is the tool that is asked about, whatever a middleware further out made of the call.
      const toolCall = { ...request.toolCall, name: nameOf(request.tool) ?? request.toolCall.name };
      const call = proposedCall(turn?.turnId ?? surroundings.task, toolCall);
      const isFresh = (): boolean => turn !== undefined && run.produced.has(turn.message);
      if (!request.tool && !(await run.thread.recorded(call)) && (await asks(hook, call, toolCall))) return noSuchTool(toolCall);
      // Whatever led around the pause (jumpTo: "tools", changed arguments) ends here.
      const refuseUnsigned = async (): Promise<void> => {
        const pause = await pauseFor(hook, turn, [toolCall], () => request.tool);
        if (pause) throw pauseOf(pause.payload, pause.id);
      };
      return passOn({ gate, run, surroundings, toolCall, call, isFresh }, refuseUnsigned, request, handler);
    },
  }) as AgentMiddleware;
  markGated(middleware, gate);
  return middleware;
}

function nameOf(tool: object | undefined): string | undefined {
  return tool && "name" in tool && typeof tool.name === "string" ? tool.name : undefined;
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Does the policy or the table want somebody to be asked about this call? */
async function asks(hook: Hook, call: ProposedCall, toolCall: ToolCall): Promise<boolean> {
  return !hook.run.thread.decidedByPolicy(call) || (await lookedUp(hook, toolCall)).frameworkAsks !== undefined;
}

function lookedUp({ run, table, messages, runtime }: Hook, toolCall: ToolCall): ReturnType<typeof askedBy> {
  const masked = ({ name, args }: ToolCall): ToolCall["args"] => run.thread.shown({ tool: name, args });
  return askedBy(table, toolCall, { state: { messages }, runtime, masked });
}

/** The pause that these calls need, if any of them misses a signature. */
async function pauseFor(
  hook: Hook,
  turn: Turn | undefined,
  calls: readonly ToolCall[],
  toolOf: (name: string) => unknown,
): Promise<Pause | undefined> {
  const { run, surroundings } = hook;
  const candidates = await Promise.all(
    calls.map(async (toolCall): Promise<Candidate & { readonly description: string | undefined }> => {
      const { description, ...options } = await lookedUp(hook, toolCall);
      const tool = toolOf(toolCall.name);
      const argsSchema = options.argsSchema ?? jsonSchemaOf(tool);
      const call = proposedCall(turn?.turnId ?? surroundings.task, toolCall);
      return { call, description, options: { ...options, argsSchema, parse: parserOf(tool) } };
    }),
  );
  const waiting = await suspendUnsigned(run, surroundings, turn, candidates);
  const [first] = waiting;
  if (!first) return undefined;
  const texts = new Map(
    waiting.map(({ call, request }) => [request.id, candidates.find((each) => each.call.callId === call.callId)?.description]),
  );
  return { payload: pausePayload(run.thread.id, waiting, ({ id }) => ({ description: texts.get(id) })), id: first.pause };
}

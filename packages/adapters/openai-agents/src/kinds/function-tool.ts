import { CountersignError, type JsonObject } from "@countersign/core";
import type { ProposedCall } from "@countersign/core/adapter";
import type { FunctionTool, RunContext } from "@openai/agents";
import { modelArgs, parseArgs } from "../args.ts";
import { refusedByGuardrails } from "../edited.ts";
import { gatedOf, register, type Kit } from "../gated.ts";
import { entryOf, guard } from "../guard.ts";
import { parserOf } from "../parse.ts";
import { beginTurn, scopeOf, type Scope } from "../run.ts";
import { takenBy } from "../takes.ts";
import { timed } from "../timeout.ts";
import { fromText, tellable, withNotice } from "../output.ts";
import { lookAround } from "../offers.ts";
import { isAgentTool, namespaceOf } from "./called.ts";
import { mustStop } from "./must-stop.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- the SDK types a tool by its context, its parameters and its result: any of them
type AnyFunctionTool = FunctionTool<any, any, any>;

/**
 * A function tool, an agent's tool or one of a local MCP server, behind the gate. The same tool may be gated by several
 * gates: it isn't changed, unless it is an agent's.
 * @throws SETUP for an agent's tool that another gate has already
 */
export function gatedFunctionTool(kit: Kit, tool: AnyFunctionTool): AnyFunctionTool {
  const known = gatedOf(tool);
  if (isAgentTool(tool)) {
    if (known && known.gate !== kit.gate)
      throw new CountersignError("SETUP", { hint: `Another gate guards the agent's tool ${tool.name}. Call asTool() once for each gate.` });
    // The SDK finds the nested agent by this very object.
    return Object.assign(tool, waysInto(kit, (known?.original ?? { ...tool }) as AnyFunctionTool, tool));
  }
  const original = (known?.original ?? tool) as AnyFunctionTool;
  // With what the SDK keeps under symbols of its own.
  const copy = Object.defineProperties({}, Object.getOwnPropertyDescriptors(original)) as AnyFunctionTool;
  return Object.assign(copy, waysInto(kit, original, copy));
}

/** What the SDK calls: may it run, and run it. */
function waysInto(
  kit: Kit,
  original: AnyFunctionTool,
  copy: AnyFunctionTool,
): Pick<AnyFunctionTool, "isEnabled" | "needsApproval" | "invoke"> & { readonly timeoutMs: undefined } {
  const { gate, who, ungated } = kit;
  const { name } = original;
  const namespace = kit.namespace ?? namespaceOf(original);
  const argsSchema = takenBy(original);
  const parse = parserOf(original);
  register(copy, { gate, name, original, namespace, argsSchema, parse, structured: original.outputSchema !== undefined });
  const signable = (args: JsonObject) => ({ namespace, tool: name, args: modelArgs(gate, { namespace, tool: name }, args) });
  return {
    // It runs inside the gate.
    timeoutMs: undefined,

    isEnabled(context, agent) {
      beginTurn(gate);
      // Before the first answer of the model: from now on it is known that this run was not restored.
      if (who !== undefined) lookAround(scopeOf(gate, name, who, context), agent, ungated);
      return original.isEnabled(context, agent);
    },

    async needsApproval(context, input, callId = "") {
      const scope = scopeOf(gate, name, who, context);
      const args = parseArgs(input);
      return mustStop(scope, callId, args && signable(args), () => original.needsApproval(context, input, callId));
    },

    async invoke(context, input, details) {
      const scope = scopeOf(gate, name, who, context);
      const args = parseArgs(input);
      if (!args) return UNREADABLE;
      const entry = await entryOf(scope, { callId: details?.toolCall?.callId, ...signable(args) });
      const refused = entry && (await refusedByGuardrails(original, scope, entry, context as RunContext, details?.toolCall));
      if (refused !== undefined) return refused;
      const { signal, within } = timed(original, context as RunContext, details);
      const runsAgent = isAgentTool(original);
      const guarded = await guard(scope, entry, (signed) => within(JSON.stringify(signed)), { runsAgent, signal, parse });
      if (guarded.status === "failed" && entry?.fresh) tellUnfit(scope, entry.call, parse);
      const isRead = original.outputSchema !== undefined;
      if (guarded.status !== "ran") return isRead ? fromText(guarded.told) : guarded.told;
      // A program reads JSON, which has no word for nothing: the SDK would end the run each time.
      const output = isRead ? (guarded.output ?? null) : guarded.output;
      return withNotice(tellable(output), guarded.notice);
    },
  };
}
/** The SDK has the model told of arguments that it refuses, and says it nowhere else. */
function tellUnfit({ run }: Scope, call: ProposedCall, parse: ReturnType<typeof parserOf>): void {
  const read = parse?.(call.args);
  if (read && "issues" in read) run.thread.unreadable(call, read.issues);
}

/** What the SDK itself says then. */
const UNREADABLE = "An error occurred while parsing tool arguments. Please try again with valid JSON.";

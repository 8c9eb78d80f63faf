import { CountersignError, type Gate, type JsonObject, type ThreadRef } from "@countersign/core";
import type { GateIn } from "@countersign/core/adapter";
import type { FunctionTool, RunContext, Tool } from "@openai/agents";
import { getFunctionToolDisplayName } from "@openai/agents/utils";
import { modelArgs, parseArgs } from "./args.ts";
import { guard, throwLeaving } from "./guard.ts";
import { keyOf, scopeOf, type Whose } from "./invocation.ts";
import { withNotice } from "./output.ts";

// oxlint-disable typescript/no-explicit-any -- the SDK types a tool by its context, its parameters and its result: any of them
type AnyFunctionTool = FunctionTool<any, any, any>;
type AnyTool = Tool<any>;
// oxlint-enable typescript/no-explicit-any

/** What is known of a gated tool. */
export interface Gated {
  readonly gate: Gate;
  /** The tool's own ways in, before it was gated. */
  readonly tool: AnyFunctionTool;
  readonly namespace: string | undefined;
  readonly argsSchema: JsonObject | undefined;
}
const gatedTools = new WeakMap<object, Gated>();

/** Undefined for a tool that isn't gated. */
export function gatedOf(tool: object): Gated | undefined {
  return gatedTools.get(tool);
}

interface Kit {
  readonly gate: Gate;
  readonly whose: Whose | undefined;
  readonly namespace?: string | undefined;
}

/**
 * Same tools, same types: each asks the gate before it runs, and runs only what was signed. Outside a runner say whose call
 * it is: a ThreadRef, or a function of the SDK's RunContext. A tool's own `needsApproval` asks as well.
 * @example new Agent({ name: "Payments", tools: gateTools(gate, [sendPayment, accountant.asTool({ … })]) })
 * @throws SETUP for a kind of tool that can't be held up, or an agent's tool that another gate has already
 */
// oxlint-disable-next-line typescript/no-explicit-any -- the context of the SDK's run is the tools' business
export function gateTools<const T extends readonly AnyTool[], C>(
  gate: GateIn<C>,
  tools: T,
  thread?: ThreadRef<C> | ((context: RunContext<any>) => ThreadRef<C>),
): { -readonly [K in keyof T]: T[K] } {
  const kit: Kit = { gate, whose: thread as Whose | undefined };
  return tools.map((tool) => (tool.type === "function" ? gated(kit, tool) : tool)) as { -readonly [K in keyof T]: T[K] };
}

function gated(kit: Kit, tool: AnyFunctionTool): AnyFunctionTool {
  const known = gatedTools.get(tool);
  if (known?.gate === kit.gate) return tool;
  if (isAgentTool(tool)) {
    if (known) throw new CountersignError("SETUP", { hint: `The agent's tool ${tool.name} belongs to another gate: make one for each.` });
    // The SDK finds the nested agent by this very object.
    return Object.assign(tool, waysInto(kit, { ...tool }, tool));
  }
  const original = known?.tool ?? tool;
  const copy: AnyFunctionTool = Object.create(Object.getPrototypeOf(original), Object.getOwnPropertyDescriptors(original));
  return Object.assign(copy, waysInto(kit, original, copy));
}

function isAgentTool(tool: object): boolean {
  return "on" in tool && typeof tool.on === "function";
}

/** What the SDK calls: may it run, and run it. */
function waysInto(kit: Kit, original: AnyFunctionTool, gatedTool: object): Pick<AnyFunctionTool, "isEnabled" | "needsApproval" | "invoke"> {
  const { gate, whose } = kit;
  const { name } = original;
  const namespace = kit.namespace ?? namespaceOf(original);
  gatedTools.set(gatedTool, { gate, tool: original, namespace, argsSchema: original.parameters as JsonObject | undefined });
  return {
    isEnabled(context, agent) {
      // Before the first answer of the model: from now on it is known that this run was not restored.
      if (whose !== undefined) scopeOf(gate, name, whose, context);
      return original.isEnabled(context, agent);
    },

    async needsApproval(context, input, callId = "") {
      const scope = scopeOf(gate, name, whose, context);
      throwLeaving(scope);
      const { invocation, path } = scope;
      const place = keyOf(path, callId);
      const given = parseArgs(input);
      const settled =
        given !== undefined && invocation.thread.settledByPolicy({ namespace, tool: name, args: modelArgs(gate, { namespace, tool: name }, given) });
      if (await asksItself(original, context, input, callId)) invocation.native.add(place);
      if (settled && invocation.witnessed && !invocation.stopped.has(place) && !invocation.native.has(place)) return false;
      invocation.stopped.add(place);
      scope.pauses = true;
      return true;
    },

    async invoke(context, input, details) {
      const scope = scopeOf(gate, name, whose, context);
      const given = parseArgs(input);
      if (!given) return UNREADABLE;
      const args = modelArgs(gate, { namespace, tool: name }, given);
      const callId = details?.toolCall?.callId ?? crypto.randomUUID();
      const guarded = await guard(scope, { callId, namespace, tool: name, args }, (signed) =>
        original.invoke(context, JSON.stringify(signed), details),
      );
      switch (guarded.status) {
        case "ran":
          return withNotice(guarded.output, guarded.notice);
        case "refused":
          return guarded.message;
        case "failed":
          return guarded.told;
      }
    },
  };
}
/** What the SDK itself says then. */
const UNREADABLE = "An error occurred while parsing tool arguments. Please try again with valid JSON.";

/** A predicate that can't be evaluated asks; it ends neither the run nor its siblings. */
async function asksItself(tool: AnyFunctionTool, context: RunContext, input: unknown, callId: string): Promise<boolean> {
  try {
    return await tool.needsApproval(context, input, callId);
  } catch {
    return true;
  }
}

/** Of a tool that `toolNamespace` grouped: the SDK's own name for it begins with it. */
function namespaceOf(tool: AnyFunctionTool): string | undefined {
  const shown = getFunctionToolDisplayName(tool) ?? tool.name;
  return shown !== tool.name && shown.endsWith(`.${tool.name}`) ? shown.slice(0, -tool.name.length - 1) : undefined;
}

import { CountersignError } from "@countersign/core";
import { refuseRenamed, type Offer } from "@countersign/core/adapter";
import type { ToolSet } from "ai";
import { gatedOf, isReworded } from "./gated.ts";

/**
 * What a model is offered.
 * @throws SETUP for a gated tool under another name: the policy would judge calls of that one; and for one with other words for
 * its results
 */
export function offerOf(tools: ToolSet = {}): Offer {
  return { tools: Object.entries(tools).map(([name, tool]) => ({ name, calledAs: name, gate: gateOf(name, tool) })) };
}

function gateOf(name: string, tool: ToolSet[string]): Offer["tools"][number]["gate"] {
  const gated = gatedOf(tool);
  if (!gated) return undefined;
  refuseRenamed(name, gated.name);
  if (!isReworded(gated, tool)) return gated.gate;
  const hint = `The tool ${name} got another toModelOutput after it was gated, so the model wouldn't be told of an edit. Pass it to gateTools with it.`;
  throw new CountersignError("SETUP", { hint });
}

export const REMEDY = "Pass tools with an execute function to gateTools. What the provider or the browser runs, nothing here can hold up.";

interface Preparing {
  readonly settings: { prepareCall(options: unknown): PromiseLike<{ readonly tools?: ToolSet } | undefined> };
}

/** The agent, if it may choose other tools for a call: `look` sees them before anything runs. */
export function watchedAgent<A extends object>(agent: A, look: (tools: ToolSet) => void): A {
  if (!preparesCalls(agent)) return agent;
  const { settings } = agent;
  const prepareCall = async (options: unknown): Promise<unknown> => {
    const prepared = await settings.prepareCall(options);
    look(prepared?.tools ?? {});
    return prepared;
  };
  return Object.create(agent, { settings: { value: { ...settings, prepareCall } } }) as A;
}

/** Only a ToolLoopAgent has settings, and it doesn't show them. */
export function preparesCalls(agent: object): agent is object & Preparing {
  const settings: unknown = "settings" in agent ? agent.settings : undefined;
  return typeof settings === "object" && settings !== null && "prepareCall" in settings && typeof settings.prepareCall === "function";
}

import type { Gate } from "../contract/gate.ts";
import { isTooLong, TOO_LONG } from "../contract/name.ts";
import { CountersignError } from "../errors/error.ts";
import { shown } from "../errors/shown.ts";
import { gatingInternalsOf } from "../kernel.ts";

/**
 * The first line of an adapter's `createRunner`: what is missing is said when the runner is made.
 * @param given what `createRunner` was given, in order: the gate, the agent, the options
 * @param call `createRunner` as it is written right
 * @example refuseIncomplete([gate, agent, options], 'createRunner(gate, agent, { name: "payments" })')
 * @throws SETUP for no gate, or one without a policy; no agent; no options, or no name in them
 */
export function refuseIncomplete([gate, agent, options]: readonly [Gate, unknown, unknown], call: string): void {
  gatingInternalsOf(gate);
  const isThere = (value: unknown): value is object => (typeof value === "object" && value !== null) || typeof value === "function";
  if (!isThere(agent)) throw setup(`createRunner got ${shown(agent)} in the place of the agent. Write ${call}.`);
  if (!isThere(options)) throw setup(`createRunner got ${shown(options)} in the place of its options. Write ${call}.`);
  runnerName("name" in options ? options.name : undefined, call);
}

/** @throws SETUP */
export function runnerName(name: unknown, call = 'createRunner(…, { name: "payments" })'): string {
  if (typeof name !== "string" || name === "")
    throw setup(`A runner needs a name, and got ${shown(name)}. Workers find its threads by the name, so keep it: ${call}.`);
  if (isTooLong(name)) throw setup(`The runner's name is ${TOO_LONG}. Give it a shorter one.`);
  return name;
}

function setup(hint: string): CountersignError<"SETUP"> {
  return new CountersignError("SETUP", { hint });
}

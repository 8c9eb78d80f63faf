import type { Gate } from "../contract/gate.ts";
import type { NativeOptions } from "../contract/native.ts";
import { demand, demandOptions } from "../errors/demand.ts";
import { gatingInternalsOf, internalsOf } from "../kernel.ts";

/** @throws SETUP for anything that createGate didn't make with a policy */
export function demandGate(gate: Gate): void {
  gatingInternalsOf(gate);
}

/** Whose calls they are, outside a runner: a ThreadRef, a function that gives one, or nobody's yet. @throws SETUP */
export function demandThread(who: unknown, call: string): void {
  const isRef = isObject(who) && typeof who["threadId"] === "string";
  demand(who === undefined || typeof who === "function" || isRef, who, "the thread", call);
}

/** What `decideNative` was given last. @param own options of the framework's own @throws SETUP */
export function nativeOptions<O extends NativeOptions>(gate: Gate, options: O, own: readonly (keyof O & string)[] = []): O {
  internalsOf(gate);
  const call = "decideNative(gate, answer, { threadId, by: principal })";
  demandOptions(options, ["threadId", "by", "via", ...own], call);
  demand(typeof options.threadId === "string", options.threadId, "the threadId", call);
  return options;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

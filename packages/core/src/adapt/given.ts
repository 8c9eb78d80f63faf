import type { Gate } from "../contract/gate.ts";
import type { NativeOptions } from "../contract/native.ts";
import { CountersignError } from "../errors/error.ts";
import { shown } from "../errors/shown.ts";
import { gatingInternalsOf, internalsOf } from "../kernel.ts";
import { didYouMean } from "../policy/did-you-mean.ts";

/**
 * For the first lines of an adapter's function: what was given in the wrong place is said by the function that got it.
 * @param call the function as it is written right
 * @example demand(Array.isArray(tools), tools, "the tools", "gateTools(gate, [sendPayment])")
 * @throws SETUP
 */
export function demand(isRight: boolean, got: unknown, place: string, call: string): void {
  if (isRight) return;
  throw new CountersignError("SETUP", { hint: `${nameIn(call)} got ${shown(got)} in the place of ${place}. Write ${call}.` });
}

/** @throws SETUP for anything that createGate didn't make with a policy */
export function demandGate(gate: Gate): void {
  gatingInternalsOf(gate);
}

/**
 * An option that isn't there protects nothing, so it isn't passed over.
 * @example demandOptions(options, ["who", "ungated"], "approvalMiddleware(gate, { who })")
 * @throws SETUP for what is no object, and for an unknown option
 */
export function demandOptions(options: unknown, known: readonly string[], call: string): void {
  demand(isObject(options), options, "its options", call);
  const unknown = Object.keys(options as object).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new CountersignError("SETUP", {
    hint: `${nameIn(call)} has no option ${unknown}.${didYouMean(unknown, known)} It has ${known.join(", ")}.`,
  });
}

/** Whose calls they are, outside a runner: a ThreadRef, a function that gives one, or nobody's yet. @throws SETUP */
export function demandThread(who: unknown, call: string): void {
  const isRef = isObject(who) && typeof who["threadId"] === "string";
  demand(who === undefined || typeof who === "function" || isRef, who, "the thread", call);
}

/** What `decideNative` was given last. @throws SETUP */
export function nativeOptions<O extends NativeOptions>(gate: Gate, options: O): O {
  internalsOf(gate);
  const call = "decideNative(gate, answer, { threadId, by: principal })";
  demand(isObject(options), options, "its options", call);
  demand(typeof options.threadId === "string", options.threadId, "the threadId", call);
  return options;
}

/** Of the function that is called. */
function nameIn(call: string): string {
  return call.slice(0, call.indexOf("("));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

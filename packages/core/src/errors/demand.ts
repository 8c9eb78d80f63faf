import { didYouMean } from "./did-you-mean.ts";
import { CountersignError } from "./error.ts";
import { shown } from "./shown.ts";

/**
 * For the first lines of a function: what was given in the wrong place is said by the function that got it.
 * @param call the function as it is written right
 * @example demand(Array.isArray(tools), tools, "the tools", "gateTools(gate, [sendPayment])")
 * @throws SETUP
 */
export function demand(isRight: boolean, got: unknown, place: string, call: string): void {
  if (isRight) return;
  throw new CountersignError("SETUP", { hint: `${nameIn(call)} got ${shown(got)} in the place of ${place}. Write ${call}.` });
}

/**
 * An option that isn't there protects nothing, so it isn't passed over.
 * @example demandOptions(options, ["who", "ungated"], "approvalMiddleware(gate, { who })")
 * @throws SETUP for what is no object, and for an unknown option that has a value
 */
export function demandOptions(options: unknown, known: readonly string[], call: string): void {
  demand(typeof options === "object" && options !== null, options, "its options", call);
  const unknown = Object.entries(options as object).find(([name, value]) => value !== undefined && !known.includes(name))?.[0];
  if (unknown === undefined) return;
  throw new CountersignError("SETUP", {
    hint: `${nameIn(call)} has no option ${unknown}.${didYouMean(unknown, known)} It has ${known.join(", ")}.`,
  });
}

/**
 * Options that are called later, and would only then be found to be something else.
 * @throws SETUP
 */
export function demandFunctions<O extends object>(options: O, names: readonly (keyof O & string)[], call: string): void {
  for (const name of names) demand(options[name] === undefined || typeof options[name] === "function", options[name], name, call);
}

/** Of the function that is called. */
function nameIn(call: string): string {
  return call.slice(0, call.indexOf("("));
}

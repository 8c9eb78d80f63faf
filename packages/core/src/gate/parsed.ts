import { asPlainJson, changesBetween, valueAt, without } from "../canonical/changes.ts";
import { canonicalJson } from "../canonical/json.ts";
import type { JsonObject } from "../contract/json.ts";
import { masked } from "../contract/mask.ts";
import type { ParseArgs, ParsedArgs, RecordedParse } from "../contract/parsed.ts";

/** Longer than the clock that a schema may read needs to move on, in ms. */
const TICK = 2;

/**
 * What a tool's schema makes of arguments that somebody shall sign. Where it sets something they are parsed twice, to tell
 * what it sets anew each time. Undefined: no schema, or one that fails or refuses, which others have to tell.
 * @param redact paths of the arguments that nobody is shown
 */
export async function parsedBy(
  parse: ParseArgs | undefined,
  args: JsonObject,
  redact: readonly string[] | undefined,
): Promise<RecordedParse | undefined> {
  if (!parse) return undefined;
  const first = await attempt(parse, args);
  if (!first) return undefined;
  if (changesBetween(args, first.value).length === 0) return { sets: [], atRunTime: [] };
  await new Promise((resolve) => setTimeout(resolve, TICK));
  const second = await attempt(parse, args);
  if (!second) return undefined;
  const atRunTime = changesBetween(first.value, second.value).map(({ path }) => path);
  const sets = setsIn(args, second.value, atRunTime);
  if (!redact) return { sets, atRunTime };
  const open = await openSets(parse, masked(args, redact), atRunTime);
  return { sets: sets.map((set) => (!("value" in set) || open.has(canonicalJson(set)) ? set : { ...set, hidden: true })), atRunTime };
}

/**
 * What the schema sets whatever stands behind the masks, such as a default. It may carry a value that is hidden elsewhere: so
 * what comes out otherwise with the masks in their place is hidden too, and all of it where the schema doesn't take them.
 */
async function openSets(parse: ParseArgs, shown: JsonObject, atRunTime: ParsedArgs["atRunTime"]): Promise<ReadonlySet<string>> {
  const seen = await attempt(parse, shown);
  return new Set((seen ? setsIn(shown, seen.value, atRunTime) : []).map(canonicalJson));
}

/** What is set of these arguments, but for what is set anew each time. `parsed` as JSON. */
export function setsIn(args: JsonObject, parsed: unknown, atRunTime: ParsedArgs["atRunTime"]): ParsedArgs["sets"] {
  return changesBetween(without(args, atRunTime), without(parsed, atRunTime));
}

/** An edit where the tool's schema isn't at hand: what it had added by itself it will add again. */
export function keptDefaults({ sets, atRunTime }: RecordedParse, args: JsonObject, edited: JsonObject): RecordedParse {
  const isAbsent = (path: ParsedArgs["atRunTime"][number]): boolean => !valueAt(args, path) && !valueAt(edited, path);
  return { sets: sets.filter(({ path }) => isAbsent(path)), atRunTime, partial: true };
}

async function attempt(parse: ParseArgs, args: JsonObject): Promise<{ readonly value: unknown } | undefined> {
  try {
    const parsed = await parse(structuredClone(args));
    return "value" in parsed ? { value: asPlainJson(parsed.value) } : undefined;
  } catch {
    return undefined;
  }
}

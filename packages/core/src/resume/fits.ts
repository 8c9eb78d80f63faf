import { asPlainJson, changesBetween, valueAt, withChanges, without } from "../canonical/changes.ts";
import { canonicalJson } from "../canonical/json.ts";
import type { JsonObject } from "../contract/json.ts";
import { MASK, maskedAt } from "../contract/mask.ts";
import type { ArgsPath, ParseArgs, ParsedArgs, RecordedParse } from "../contract/parsed.ts";
import { CountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";
import { setsIn } from "../gate/parsed.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";

/**
 * Between a signature and its execution the tool may have changed: what was signed runs, or nothing. Answers what the tool is
 * given, as far as it is known and isn't what was signed.
 * @throws STATE_INCOMPATIBLE if it is gone, or its schema no longer takes the arguments or makes something else of them than
 * was shown
 */
export async function refuseUnfit(record: RequestRecord, hasTool: boolean, parse: ParseArgs | undefined): Promise<JsonObject | undefined> {
  if (!hasTool) throw incompatible(record, `a tool ${record.tool}`, "no tool of that name that runs here");
  const { parsed } = record.proposal;
  if (!parsed || !parse) return undefined;
  const args = proposedArgs(record);
  const value = await parsedNow(record, parse);
  if (!driftOf(parsed, args, value)) return givenTo(record, value, parsed.atRunTime);
  // What is set by the clock need not have moved on while the call was asked about.
  await new Promise((resolve) => setTimeout(resolve, A_SECOND));
  const atRunTime = changesBetween(value, await parsedNow(record, parse)).map(({ path }) => path);
  const drift = driftOf(settled(parsed, atRunTime), args, value);
  if (!drift) return givenTo(record, value, [...parsed.atRunTime, ...atRunTime]);
  const at = drift.path.join(".");
  const shown = parsed.sets.find(({ path }) => textOf(path) === textOf(drift.path)) ?? valueAt(args, drift.path);
  // The places only, where something is masked: what a schema makes of it may stand anywhere.
  const text = (found: { readonly value?: unknown } | undefined): string =>
    found && "value" in found ? textOf(record.redact ? MASK : found.value) : "nothing";
  throw incompatible(record, `${at}: ${text(shown)}`, `${at}: ${text(valueAt(value, drift.path))}`);
}

/** Without what is set anew each time, and without values of the schema's own that are hidden from reviewers. */
function givenTo(record: RequestRecord, value: unknown, atRunTime: ParsedArgs["atRunTime"]): JsonObject | undefined {
  const { redact, proposal } = record;
  const signed = proposedArgs(record);
  const shown = new Set(proposal.parsed?.sets.flatMap(({ hidden, ...set }) => (hidden ? [] : [textOf(set)])));
  const isShown = (set: ParsedArgs["sets"][number]): boolean =>
    !redact || (shown.has(textOf(set)) && textOf(maskedAt(set.path, set.value, redact)) === textOf(set.value));
  const sets = setsIn(signed, value, atRunTime).filter(isShown);
  if (sets.length === 0 && atRunTime.length === 0) return undefined;
  return withChanges(without(signed, atRunTime), sets) as JsonObject;
}

/** In ms. Clocks of seconds are read by schemas, too. */
const A_SECOND = 1_050;

/** What was set by the clock, all the same, is no more held to. */
function settled(parsed: RecordedParse, atRunTime: ParsedArgs["atRunTime"]): RecordedParse {
  const moving = new Set(atRunTime.map(textOf));
  return { ...parsed, sets: parsed.sets.filter(({ path }) => !moving.has(textOf(path))), atRunTime: [...parsed.atRunTime, ...atRunTime] };
}

/** Where the arguments are read otherwise than was shown. */
function driftOf(parsed: RecordedParse, args: JsonObject, value: unknown): { readonly path: ArgsPath } | undefined {
  if (!parsed.partial) return firstDifference(parsed.sets, setsIn(args, value, parsed.atRunTime));
  return parsed.sets.find((set) => textOf(valueAt(value, set.path)?.value) !== textOf(set.value));
}

async function parsedNow(record: RequestRecord, parse: ParseArgs): Promise<unknown> {
  const refused = (why: string, cause?: unknown): CountersignError<"STATE_INCOMPATIBLE"> =>
    incompatible(record, "arguments that its schema took", `a schema that refuses them${why && ` (${why})`}`, cause);
  const parsed = await attempt(record, parse);
  if ("value" in parsed) return asPlainJson(parsed.value);
  // The places only: what a schema says of a value may quote it, and a mask may hide it.
  if ("thrown" in parsed) throw record.redact ? refused("") : refused(messageOf(parsed.thrown), parsed.thrown);
  throw refused(parsed.issues.map(({ path, message }) => (record.redact ? path : [...path, message]).map(String).join(".")).join("; "));
}

async function attempt(record: RequestRecord, parse: ParseArgs): Promise<Awaited<ReturnType<ParseArgs>> | { readonly thrown: unknown }> {
  try {
    return await parse(structuredClone(proposedArgs(record)));
  } catch (thrown) {
    return { thrown };
  }
}

/** What one of them sets and the other one doesn't, or sets otherwise. */
function firstDifference(signed: RecordedParse["sets"], now: ParsedArgs["sets"]): { readonly path: ArgsPath } | undefined {
  const made = signed.map(({ hidden: _hidden, ...set }) => set);
  const [before, after] = [new Set(made.map(textOf)), new Set(now.map(textOf))];
  return now.find((set) => !before.has(textOf(set))) ?? made.find((set) => !after.has(textOf(set)));
}

function textOf(value: unknown): string {
  return value === undefined ? "nothing" : canonicalJson(value);
}

function incompatible(record: RequestRecord, saved: string, running: string, cause?: unknown): CountersignError<"STATE_INCOMPATIBLE"> {
  const { id, tool, framework } = record;
  return new CountersignError("STATE_INCOMPATIBLE", { framework, tool, saved, running }, { note: `Request ${id}.`, cause });
}

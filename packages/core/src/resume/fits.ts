import { asPlainJson, valueAt } from "../canonical/changes.ts";
import { canonicalJson } from "../canonical/json.ts";
import { maskedAt } from "../contract/mask.ts";
import type { ArgsPath, ParseArgs, ParsedArgs } from "../contract/parsed.ts";
import { CountersignError } from "../errors/error.ts";
import { messageOf } from "../errors/message-of.ts";
import { setsIn } from "../gate/parsed.ts";
import type { RequestRecord } from "../store/records.ts";

/**
 * Between a signature and its execution the tool may have changed: what was signed runs, or nothing.
 * @throws STATE_INCOMPATIBLE if it is gone, or its schema no longer takes the arguments or makes something else of them than
 * was shown
 */
export async function refuseUnfit(record: RequestRecord, hasTool: boolean, parse: ParseArgs | undefined): Promise<void> {
  if (!hasTool) throw incompatible(record, `a tool ${record.tool}`, "no tool of that name");
  const { parsed } = record.proposal;
  if (!parsed || !parse) return;
  const args = record.approvedArgs ?? record.args;
  const value = asPlainJson(await parsedNow(record, parse));
  const now = setsIn(args, value, parsed.atRunTime);
  const drift = parsed.partial
    ? parsed.sets.find(({ path, value: signed }) => textOf(valueAt(value, path)?.value) !== textOf(signed))
    : firstDifference(parsed.sets, now);
  if (!drift) return;
  const { path } = drift;
  const text = (found: { readonly value?: unknown } | undefined): string =>
    found && "value" in found ? textOf(maskedAt(path, found.value, record.redact)) : "nothing";
  const shown = parsed.sets.find((set) => textOf(set.path) === textOf(path));
  const at = path.join(".");
  throw incompatible(record, `${at}: ${text(shown ?? valueAt(args, path))}`, `${at}: ${text(valueAt(value, path))}`);
}

async function parsedNow(record: RequestRecord, parse: ParseArgs): Promise<unknown> {
  const refused = (why: string, cause?: unknown): CountersignError<"STATE_INCOMPATIBLE"> =>
    incompatible(record, "arguments that its schema took", `a schema that refuses them (${why})`, cause);
  try {
    const parsed = await parse(structuredClone(record.approvedArgs ?? record.args));
    if ("value" in parsed) return parsed.value;
    // The places only: what a schema says of a value may quote it, and a mask may hide it.
    throw refused(parsed.issues.map(({ path, message }) => (record.redact ? path : [...path, message]).map(String).join(".")).join("; "));
  } catch (error) {
    throw error instanceof CountersignError ? error : refused(messageOf(error), error);
  }
}

/** What one of them sets and the other one doesn't, or sets otherwise. */
function firstDifference(signed: ParsedArgs["sets"], now: ParsedArgs["sets"]): { readonly path: ArgsPath } | undefined {
  const [before, after] = [new Set(signed.map(textOf)), new Set(now.map(textOf))];
  return now.find((set) => !before.has(textOf(set))) ?? signed.find((set) => !after.has(textOf(set)));
}

function textOf(value: unknown): string {
  return value === undefined ? "nothing" : canonicalJson(value);
}

function incompatible(record: RequestRecord, saved: string, running: string, cause?: unknown): CountersignError<"STATE_INCOMPATIBLE"> {
  const { id, tool, framework } = record;
  return new CountersignError("STATE_INCOMPATIBLE", { framework, tool, saved, running }, { note: `Request ${id}.`, cause });
}

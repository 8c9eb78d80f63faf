import { parseArgs } from "node:util";
import { didYouMean } from "@countersign/core/policy";

export const HELP = `countersign-conformance <harness module>... [options]

Tries the promises of Countersign on an adapter, a framework's own approvals, or a store: whatever the module exports.

  --case <id>          only this case, or all whose ids begin like that: --case resume. tries a group; may be given several times
  --failed             only the cases that failed the last time they were tried (kept in node_modules/.cache/countersign-conformance)
  --bail               begins no further case once one has failed
  --seed <n>           adapters: the generated scenario of this seed; stores: the seed of everything random
  --store <module>     adapters: the harness of the store to run on, but for those made for another one (default: the suite's own)
  --concurrency <n>    cases at a time, 1 to 8 (default 3)
  --json <file>        writes the results as JSON; "-" prints them
  --markdown <file>    writes the matrix
  --check              fails if the matrix in that file says something else, instead of writing it
  --results <folder>   takes what tests have kept there (COUNTERSIGN_CONFORMANCE_RESULTS) for tried
  --list               lists the cases and tries none; with --case, also what each guards against
  --help

Progress and failures go to standard error, results to standard output. A failed case prints what differed, the run step by step,
what is on record, what the harness's processes printed, the lines of the case, and the command that tries it again.

Exit code: 0 if no promise was broken (a native baseline may break some), 1 if one was, 2 for a wrong call.
`;

export interface CliOptions {
  readonly harnesses: readonly string[];
  readonly cases: readonly string[] | undefined;
  readonly failed: boolean;
  readonly bail: boolean;
  readonly seed: number | undefined;
  readonly store: string | undefined;
  readonly concurrency: number;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
  readonly results: string | undefined;
  readonly check: boolean;
  readonly list: boolean;
  readonly help: boolean;
}

const OPTIONS = {
  case: { type: "string", multiple: true },
  failed: { type: "boolean", default: false },
  bail: { type: "boolean", default: false },
  seed: { type: "string" },
  store: { type: "string" },
  concurrency: { type: "string" },
  json: { type: "string" },
  markdown: { type: "string" },
  results: { type: "string" },
  check: { type: "boolean", default: false },
  list: { type: "boolean", default: false },
  help: { type: "boolean", default: false, short: "h" },
} as const;

/** @throws Error in plain words */
export function readOptions(argv: readonly string[]): CliOptions {
  const { values, positionals } = parsed(argv);
  const { check, list, help, failed, bail, store, json, markdown, results } = values;
  if (!help && positionals.length === 0) throw new Error("Name a harness module, such as ./my.harness.ts. --help tells more.");
  if (check && markdown === undefined) throw new Error("--check compares with a matrix. Name its file with --markdown.");
  if (bail && markdown !== undefined)
    throw new Error("--bail leaves cases untried, and a matrix needs all of them. Leave out --bail or --markdown.");
  if (failed && values.case) throw new Error("--failed and --case both choose the cases. Leave one of them out.");
  return {
    harnesses: positionals,
    cases: values.case,
    failed,
    bail,
    seed: values.seed === undefined ? undefined : whole("--seed", values.seed, 0, 999_999_999),
    concurrency: values.concurrency === undefined ? 3 : whole("--concurrency", values.concurrency, 1, 8),
    store,
    json,
    markdown,
    results,
    check,
    list,
    help,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw new Error(`${misused(error instanceof Error ? error.message : String(error))} --help lists all options.`, { cause: error });
  }
}

/** Node says it for programmers. */
function misused(message: string): string {
  const [, unknown] = /^Unknown option '(-+[^']*)'/.exec(message) ?? [];
  if (unknown !== undefined) {
    const near = didYouMean(unknown.replace(/^-+/, ""), Object.keys(OPTIONS)).replace(/mean (.+)\?$/, "mean --$1?");
    return `There is no option ${unknown}.${near}`;
  }
  const [, option] = /^Option '.*?(--[\w-]+) <value>'/.exec(message) ?? [];
  if (option !== undefined) return `${option} needs a value.`;
  const [, flag] = /^Option '.*?(--[\w-]+)' does not take an argument/.exec(message) ?? [];
  return flag === undefined ? message : `${flag} takes no value.`;
}

function whole(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new Error(`${name} is a whole number from ${from} to ${to}, not "${text}".`);
}

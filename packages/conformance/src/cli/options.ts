import { parseArgs } from "node:util";

export const HELP = `countersign-conformance <harness module>... [options]

Tries the promises of Countersign on an adapter, a framework's own approvals, or a store: whatever the module exports.

  --case <id>          only this case; may be given several times
  --seed <n>           adapters: the generated scenario of this seed; stores: the seed of everything random
  --store <module>     adapters: the harness of the store to run on, but for those made for another one (default: the suite's own)
  --concurrency <n>    cases at a time, 1 to 8 (default 3)
  --json <file>        writes the results as JSON; "-" prints them
  --markdown <file>    writes the matrix
  --check              fails if the matrix in that file says something else, instead of writing it
  --results <folder>   takes what tests have kept there (COUNTERSIGN_CONFORMANCE_RESULTS) for tried
  --list               lists the cases of the harness and tries none
  --help

Exit code: 0 if no promise was broken (a native baseline may break some), 1 if one was, 2 for a wrong call.
`;

export interface CliOptions {
  readonly harnesses: readonly string[];
  readonly cases: readonly string[] | undefined;
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

/** @throws Error in plain words */
export function readOptions(argv: readonly string[]): CliOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      case: { type: "string", multiple: true },
      seed: { type: "string" },
      store: { type: "string" },
      concurrency: { type: "string" },
      json: { type: "string" },
      markdown: { type: "string" },
      results: { type: "string" },
      check: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  const { check, list, help, store, json, markdown, results } = values;
  if (!help && positionals.length === 0) throw new Error("Name a harness module, such as ./my.harness.ts. --help tells more.");
  if (check && markdown === undefined) throw new Error("--check compares with the matrix that --markdown names.");
  return {
    harnesses: positionals,
    cases: values.case,
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

function whole(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new Error(`${name} is a whole number from ${from} to ${to}, not "${text}".`);
}

import { openCrews } from "../adapter-suite/process/crews.ts";
import type { CaseResult } from "../contract/case.ts";
import { indented } from "../explain/section.ts";
import { count, reportOn, type SuiteReport } from "../report/report.ts";
import { failedFile, keepFailed, readFailed } from "../run/failed.ts";
import { storeUrl, type Subject } from "../run/harness-kind.ts";
import { nameOf } from "../run/load.ts";
import { runSuite, sessionOf } from "../run/run.ts";
import { selected } from "../run/select.ts";
import type { Session } from "../run/session.ts";
import type { CliOptions } from "./options.ts";
import { progress } from "./out.ts";

const MARKS: { readonly [S in CaseResult["status"]]: string } = { passed: "✓", failed: "✗", absent: "–" };
/** After so long without a result people are told what is under way. */
const SILENCE_MS = 20_000;

/** Tries the cases that the options choose, and tells how far it is. */
export async function tried(subject: Subject, options: CliOptions): Promise<SuiteReport> {
  const { seed, concurrency, bail } = options;
  const session = sessionOf(subject, openCrews(1));
  const cases = chosen(subject, session, options);
  const store = options.store === undefined ? undefined : await storeUrl(options.store);
  // What is misspelt is said before anything is begun.
  selected(session, cases);
  const since = performance.now();
  const { framework, version, kind } = reportOn(subject, []);
  progress(`\n${framework} ${version} (${kind})`);
  // A framework alone breaks many promises, and whoever measures it mends none.
  const lines = progressLines({ atLength: subject.kind !== "native" || cases !== undefined });
  try {
    const results = cases?.length === 0 ? [] : await runSuite(subject, { cases, bail, seed, concurrency, store, ...lines });
    const took = Math.round((performance.now() - since) / 100) / 10;
    progress(`${count(results, "passed")} passed, ${count(results, "failed")} failed, ${count(results, "absent")} absent, ${took} s`);
    if (bail && count(results, "failed") > 0) progress("--bail: the other cases were not tried.");
    remember(session, results);
    return reportOn(subject, results);
  } finally {
    lines.stop();
  }
}

/** Undefined: all. @throws Error if nothing is known of an earlier run */
function chosen(subject: Subject, session: Session, { cases, seed, failed }: CliOptions): readonly string[] | undefined {
  if (failed) {
    const file = failedFile(subject.url);
    const list = readFailed(file, session);
    if (!list) throw new Error(`No case of ${nameOf(subject.url)} was tried here so far (${file} is not there). Leave out --failed.`);
    progress(
      list.length > 0
        ? `${list.length} failed the last time (${file}).`
        : `None failed the last time (${file}). Leave out --failed to try all.`,
    );
    return list;
  }
  const ofSeed = seed !== undefined && subject.kind !== "store" ? [`generated.seed-${seed}`] : undefined;
  return cases || ofSeed ? [...(cases ?? []), ...(ofSeed ?? [])] : undefined;
}

function remember(session: Session, results: readonly CaseResult[]): void {
  const file = failedFile(session.url);
  try {
    const failed = keepFailed(file, session, results);
    if (failed.length > 0) progress(`Failed: ${failed.join(", ")}\nTry these again with --failed (kept in ${file}).`);
  } catch (error) {
    progress(`What failed can't be kept for --failed: ${String(error)}`);
  }
}

interface ProgressLines {
  onBegin(id: string): void;
  onResult(result: CaseResult, done: number, of: number): void;
  stop(): void;
}

function progressLines({ atLength }: { readonly atLength: boolean }): ProgressLines {
  const underWay = new Map<string, number>();
  let last = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - last < SILENCE_MS) return;
    last = performance.now();
    const cases = [...underWay].map(([id, since]) => `${id} (${Math.round((last - since) / 1_000)} s)`);
    progress(`  … under way: ${cases.join(", ")}`);
  }, 1_000);
  return {
    onBegin: (id) => void underWay.set(id, performance.now()),
    onResult({ id, status, ms, detail, explanation }, done, of) {
      underWay.delete(id);
      last = performance.now();
      const number = `${String(done).padStart(String(of).length)}/${of}`;
      progress(`${number} ${MARKS[status]} ${id}${status === "absent" ? `: ${detail}` : `  ${ms} ms`}`);
      if (explanation === undefined) return;
      const all = explanation.split("\n");
      progress(`${indented(atLength ? all : all.slice(0, all.indexOf("")), "    ").join("\n")}\n`);
    },
    stop: () => clearInterval(timer),
  };
}

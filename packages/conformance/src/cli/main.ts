import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { openCrews } from "../adapter-suite/process/crews.ts";
import type { CaseResult } from "../contract/case.ts";
import { markdownReport, saysTheSame } from "../report/markdown.ts";
import { count, jsonReport, reportOn, type SuiteReport } from "../report/report.ts";
import { moduleUrl, subjectAt, type Subject } from "../run/harness-kind.ts";
import { runSuite, sessionOf } from "../run/run.ts";
import { saved } from "../run/saved.ts";
import { HELP, readOptions, type CliOptions } from "./options.ts";

const MARKS: { readonly [S in CaseResult["status"]]: string } = { passed: "✓", failed: "✗", absent: "–" };
const progress = (text: string): void => void process.stderr.write(`${text}\n`);
const print = (text: string): void => void process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);

/** Answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = readOptions(argv);
    if (options.help) {
      print(HELP);
      return 0;
    }
    const subjects: Subject[] = [];
    for (const harness of options.harnesses) subjects.push(await subjectAt(moduleUrl(harness)));
    if (options.list) {
      for (const subject of subjects) list(subject);
      return 0;
    }
    const reports: SuiteReport[] = [];
    for (const subject of subjects) reports.push(kept(subject, options) ?? (await tried(subject, options)));
    return publish(options.check && isStale(reports, options.markdown) ? await secondLook(subjects, reports, options) : reports, options);
  } catch (error) {
    progress(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

function list(subject: Subject): void {
  const session = sessionOf(subject, openCrews(1));
  for (const tried of session.cases)
    print(`${tried.id}  ${tried.title}${session.absence(tried) === undefined ? "" : ` (${session.absence(tried)})`}`);
}

/** What tests have tried just now. */
function kept(subject: Subject, { results: folder }: CliOptions): SuiteReport | undefined {
  if (folder === undefined) return undefined;
  const session = sessionOf(subject, openCrews(1));
  const results = saved(folder, subject.url, session.cases.map(({ id }) => id)); // prettier-ignore
  return results && reportOn(subject, results);
}

async function tried(subject: Subject, { cases, seed, store, concurrency }: CliOptions): Promise<SuiteReport> {
  const since = performance.now();
  const { framework, version, kind } = reportOn(subject, []);
  progress(`\n${framework} ${version} (${kind})`);
  const ofSeed = seed !== undefined && subject.kind !== "store" ? [`generated.seed-${seed}`] : undefined;
  const ids = cases || ofSeed ? [...(cases ?? []), ...(ofSeed ?? [])] : undefined;
  const onResult = (result: CaseResult, done: number, of: number): void => {
    const { id, status, ms, detail } = result;
    progress(
      `${String(done).padStart(String(of).length)}/${of} ${MARKS[status]} ${id}${status === "absent" ? `: ${detail}` : `  ${ms} ms`}`,
    );
    if (status === "failed") progress(indented(`${result.title}\n${detail ?? ""}${replay(id)}`));
  };
  const results = await runSuite(subject, { ids, seed, concurrency, onResult, store: store === undefined ? undefined : moduleUrl(store) });
  const took = Math.round((performance.now() - since) / 100) / 10;
  progress(`${count(results, "passed")} passed, ${count(results, "failed")} failed, ${count(results, "absent")} absent, ${took} s`);
  return reportOn(subject, results);
}

function replay(id: string): string {
  const [, seed] = /^generated\.seed-(\d+)$/.exec(id) ?? [];
  return seed === undefined ? `\nAgain: --case ${id}` : `\nAgain: --seed ${seed}`;
}

function indented(text: string): string {
  return text
    .split("\n")
    .slice(0, 15)
    .map((line) => `    ${line}`)
    .join("\n");
}

function isStale(reports: readonly SuiteReport[], markdown: string | undefined): boolean {
  return (
    markdown !== undefined && !(existsSync(markdown) && saysTheSame(readFileSync(markdown, "utf8"), markdownReport(reports, new Date())))
  );
}

/** A framework without Countersign now and then wins by luck a race that it has no guard for. What has to hold is tried once. */
function secondLook(subjects: readonly Subject[], reports: readonly SuiteReport[], options: CliOptions): Promise<readonly SuiteReport[]> {
  return Promise.all(
    subjects.map(async (subject, i) => {
      const first = reports[i];
      return first && first.kind !== "native" ? first : tried(subject, options);
    }),
  );
}

function publish(reports: readonly SuiteReport[], { json, markdown, check }: CliOptions): number {
  const wanted = `${JSON.stringify(jsonReport(reports), null, 2)}\n`;
  if (json === "-") print(wanted);
  else print(table(reports));
  if (json !== undefined && json !== "-") writeFileSync(json, wanted);
  const stale = check && isStale(reports, markdown);
  if (markdown !== undefined && !check) written(markdown, markdownReport(reports, new Date()));
  if (stale) progress(`${markdown} no longer says what was measured.`);
  const broken = reports.some(({ kind, results }) => kind !== "native" && count(results, "failed") > 0);
  return broken || stale ? 1 : 0;
}

/** What says the same is left as it is, with its date. */
function written(file: string, text: string): void {
  if (!existsSync(file) || !saysTheSame(readFileSync(file, "utf8"), text)) writeFileSync(file, text);
}

function table(reports: readonly SuiteReport[]): string {
  const rows = [
    ["", "kind", "passed", "failed", "absent"],
    ...reports.map(({ framework, version, kind, results }) => [
      `${framework} ${version}`,
      kind,
      ...(["passed", "failed", "absent"] as const).map((status) => String(count(results, status))),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()).join("\n"); // prettier-ignore
}

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { openCrews } from "../adapter-suite/process/crews.ts";
import { markdownReport, saysTheSame } from "../report/markdown.ts";
import { count, jsonReport, reportOn, type SuiteReport } from "../report/report.ts";
import { moduleUrl, subjectAt, type Subject } from "../run/harness-kind.ts";
import { sessionOf } from "../run/run.ts";
import { saved } from "../run/saved.ts";
import { selected } from "../run/select.ts";
import { HELP, readOptions, type CliOptions } from "./options.ts";
import { print, progress } from "./out.ts";
import { tried } from "./try.ts";

/** A case that fails deep in its helpers is found by its stack. */
const FRAMES = 50;

/** Answers the exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  Error.stackTraceLimit = FRAMES;
  try {
    const options = readOptions(argv);
    if (options.help) {
      print(HELP);
      return 0;
    }
    const subjects: Subject[] = [];
    for (const harness of options.harnesses) subjects.push(await subjectAt(moduleUrl(harness)));
    if (options.list) {
      for (const subject of subjects) list(subject, options);
      return 0;
    }
    const reports: SuiteReport[] = [];
    for (const subject of subjects) {
      const report = kept(subject, options) ?? (await tried(subject, options));
      reports.push(report);
      if (options.bail && isBroken(report)) break;
    }
    return publish(options.check && isStale(reports, options.markdown) ? await secondLook(subjects, reports, options) : reports, options);
  } catch (error) {
    progress(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

function list(subject: Subject, { cases }: CliOptions): void {
  const session = sessionOf(subject, openCrews(1));
  for (const each of selected(session, cases)) {
    const absence = session.absence(each);
    print(`${each.id}  ${each.title}${absence === undefined ? "" : ` (${absence})`}`);
    if (cases) print(`    guards against: ${each.guards}`);
  }
}

/** What tests have tried just now. */
function kept(subject: Subject, { results: folder }: CliOptions): SuiteReport | undefined {
  if (folder === undefined) return undefined;
  const session = sessionOf(subject, openCrews(1));
  const results = saved(folder, subject.url, session.cases.map(({ id }) => id)); // prettier-ignore
  return results && reportOn(subject, results);
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
  return reports.some(isBroken) || stale ? 1 : 0;
}

/** A framework alone makes none of the promises that it breaks. */
function isBroken({ kind, results }: SuiteReport): boolean {
  return kind !== "native" && count(results, "failed") > 0;
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

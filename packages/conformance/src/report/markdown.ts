import type { CaseResult } from "../contract/case.ts";
import { count, type SuiteReport } from "./report.ts";

const MARKS: { readonly [S in CaseResult["status"]]: string } = { passed: "✓", failed: "✗", absent: "–" };
const MEASURED = "Measured on ";

const INTRO = `# Conformance

Every promise, tried in real processes with real kills. The same list judges Countersign's adapters and the frameworks' own
approvals, used as the named page of their documentation says, on their durable stores.

✓ kept. ✗ not kept. – absent: not declared, or without a counterpart. A case that is absent has not passed.
`;

/** The published matrix: all harnesses side by side. Made by \`countersign-conformance --markdown\`. */
export function markdownReport(reports: readonly SuiteReport[], now: Date): string {
  const adapters = reports.filter(({ kind }) => kind !== "store");
  const stores = reports.filter(({ kind }) => kind === "store");
  const measured = `${MEASURED}${now.toISOString().slice(0, 10)}.\n`;
  const parts = [
    INTRO,
    measured,
    ...(adapters.length > 0 ? [section("Adapters", adapters)] : []),
    ...(stores.length > 0 ? [section("Stores", stores)] : []),
  ];
  return `${parts.join("\n")}\n`;
}

/** Do both say the same, whenever it was measured? */
export function saysTheSame(a: string, b: string): boolean {
  const timeless = (text: string): string => text.split("\n").filter((line) => !line.startsWith(MEASURED)).join("\n"); // prettier-ignore
  return timeless(a) === timeless(b);
}

function section(title: string, reports: readonly SuiteReport[]): string {
  const columns = reports.map((report, index) => ({ report, letter: String.fromCodePoint(65 + index) }));
  const legend = columns.map(({ report, letter }) => {
    const { framework, version, kind, follows, results } = report;
    const how = kind === "native" ? ` Its own approvals, without Countersign, after [its documentation](${follows}).` : "";
    return `- **${letter}** ${framework} ${version}: ${count(results, "passed")} kept, ${count(results, "failed")} not kept, ${count(results, "absent")} absent.${how}`;
  });
  const head = `| case | what must be so | ${columns.map(({ letter }) => letter).join(" | ")} |`;
  const line = `|---|---|${columns.map(() => ":-:").join("|")}|`;
  const rows = casesOf(reports).map(({ id, title }) => {
    const marks = columns.map(({ report }) => MARKS[report.results.find((result) => result.id === id)?.status ?? "absent"]);
    return `| \`${id}\` | ${escaped(title)} | ${marks.join(" | ")} |`;
  });
  return [`## ${title}`, "", ...legend, "", head, line, ...rows, ""].join("\n");
}

function casesOf(reports: readonly SuiteReport[]): readonly Pick<CaseResult, "id" | "title">[] {
  return [...new Map(reports.flatMap(({ results }) => results.map((result) => [result.id, result]))).values()];
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|");
}

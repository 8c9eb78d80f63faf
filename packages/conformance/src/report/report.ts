import { fileURLToPath } from "node:url";
import type { CaseResult } from "../contract/case.ts";
import type { Subject } from "../run/harness-kind.ts";
import { packageAround } from "../run/package-around.ts";

/** What came of a suite on one harness. */
export interface SuiteReport {
  readonly framework: string;
  readonly version: string;
  readonly kind: "countersign" | "native" | "store";
  /** Of a native baseline: the page of documentation that it follows. */
  readonly follows: string | undefined;
  readonly results: readonly CaseResult[];
}

/** The published form: one object for all harnesses. */
export interface JsonReport {
  /** How many different cases were tried or found absent. */
  readonly cases: number;
  readonly results: readonly {
    readonly framework: string;
    readonly version: string;
    readonly kind: SuiteReport["kind"];
    readonly passed: number;
    readonly failed: number;
    readonly absent: number;
    readonly cases: Readonly<Record<string, CaseResult["status"]>>;
  }[];
}

export function reportOn(subject: Subject, results: readonly CaseResult[]): SuiteReport {
  const kind = subject.kind === "adapter" ? "countersign" : subject.kind;
  if (subject.kind === "store") return { ...nameAndVersion(subject.url), kind, follows: undefined, results };
  const { framework, version } = subject.harness;
  return { framework, version, kind, follows: subject.kind === "native" ? subject.harness.follows : undefined, results };
}

export function count(results: readonly CaseResult[], status: CaseResult["status"]): number {
  return results.filter((result) => result.status === status).length;
}

export function jsonReport(reports: readonly SuiteReport[]): JsonReport {
  return {
    cases: new Set(reports.flatMap(({ results }) => results.map(({ id }) => id))).size,
    results: reports.map(({ framework, version, kind, results }) => ({
      framework,
      version,
      kind,
      passed: count(results, "passed"),
      failed: count(results, "failed"),
      absent: count(results, "absent"),
      cases: Object.fromEntries(results.map(({ id, status }) => [id, status])),
    })),
  };
}

/** A store's harness has no name of its own: it is called after the package that it belongs to, and after its file where there are several. */
function nameAndVersion(url: string): { readonly framework: string; readonly version: string } {
  const stem = (url.split("/").at(-1) ?? url).replace(/\..*$/, "");
  const nameless = { framework: stem, version: "0.0.0" };
  if (!url.startsWith("file:")) return nameless;
  const { name, version } = (packageAround(fileURLToPath(url)) ?? {}) as { readonly name?: string; readonly version?: string };
  const own = name?.split("/").at(-1) === stem;
  return { framework: name === undefined ? stem : own ? name : `${name}, ${stem}`, version: version ?? nameless.version };
}

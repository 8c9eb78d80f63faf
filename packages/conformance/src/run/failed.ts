import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { CaseResult } from "../contract/case.ts";
import { caseOfId } from "./select.ts";
import type { Session } from "./session.ts";

const NAME = "countersign-conformance";

/** Where the cases of a harness are kept that failed the last time they were tried: beside the installed packages, where tools keep such things. */
export function failedFile(url: string, cwd: string = process.cwd()): string {
  return join(cacheFolder(cwd), `${createHash("sha256").update(url).digest("hex").slice(0, 16)}.json`);
}

/** Undefined: no case of this harness was tried here so far. Left out: cases that only another version of the suite has. */
export function readFailed(file: string, session: Session): readonly string[] | undefined {
  if (!existsSync(file)) return undefined;
  const { failed } = JSON.parse(readFileSync(file, "utf8")) as { readonly failed: readonly string[] };
  return failed.filter((id) => caseOfId(session, id) !== undefined);
}

/** What was not tried now stays as it was. @throws if it can't be written */
export function keepFailed(file: string, session: Session, results: readonly CaseResult[]): readonly string[] {
  const tried = new Set(results.map(({ id }) => id));
  const before = (readFailed(file, session) ?? []).filter((id) => !tried.has(id));
  const failed = [...before, ...results.filter(({ status }) => status === "failed").map(({ id }) => id)];
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ harness: session.url, failed }, null, 2)}\n`);
  return failed;
}

function cacheFolder(cwd: string): string {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "node_modules"))) return join(folder, "node_modules/.cache", NAME);
    if (folder === dirname(folder)) return join(tmpdir(), NAME);
  }
}

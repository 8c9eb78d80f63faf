import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CaseResult } from "../contract/case.ts";

/** What tests have tried need not be tried again for the matrix: they keep the results of a harness in this folder. */
const fileOf = (folder: string, url: string): string => join(folder, `${createHash("sha256").update(url).digest("hex").slice(0, 16)}.json`);

export function save(folder: string, url: string, results: readonly CaseResult[]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(folder, url), JSON.stringify(results));
}

/** In the order of these cases. Undefined: nothing was kept, or not all of them were tried. */
export function saved(folder: string, url: string, ids: readonly string[]): readonly CaseResult[] | undefined {
  const file = fileOf(folder, url);
  if (!existsSync(file)) return undefined;
  const kept = new Map((JSON.parse(readFileSync(file, "utf8")) as readonly CaseResult[]).map((result) => [result.id, result]));
  const results = ids.flatMap((id) => kept.get(id) ?? []);
  return results.length === ids.length ? results : undefined;
}

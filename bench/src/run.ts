import type { Bench } from "./bench.ts";
import type { Progress } from "./progress.ts";
import type { Result, Row } from "./row.ts";

/** Runs the rows one after the other. */
export async function run(bench: Bench, rows: readonly Row[], progress: Progress): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const [index, row] of rows.entries()) {
    progress.begin(row.name, index + 1, rows.length);
    results.push(...(await row.run(bench)));
    progress.end();
  }
  return results;
}

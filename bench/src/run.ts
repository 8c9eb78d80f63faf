import type { Bench } from "./bench.ts";
import type { Progress } from "./progress.ts";
import type { Result, Row } from "./row.ts";

/** Runs the rows one after the other, and answers what each measured as soon as it is there. */
export async function* run(bench: Bench, rows: readonly Row[], progress: Progress): AsyncGenerator<Result> {
  for (const [index, row] of rows.entries()) {
    progress.begin(row.name, index + 1, rows.length);
    const results = await row.run(bench);
    progress.end();
    yield* results;
  }
}

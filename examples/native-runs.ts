// Where the agents without Countersign keep their paused runs: a file for each thread.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const fileOf = (threadId: string): string => join(process.env["NATIVE_RUNS"] ?? "native-runs", `${threadId}.json`);

export function saveRun(threadId: string, run: string): void {
  mkdirSync(dirname(fileOf(threadId)), { recursive: true });
  writeFileSync(fileOf(threadId), run);
}

export function loadRun(threadId: string): string | undefined {
  return existsSync(fileOf(threadId)) ? readFileSync(fileOf(threadId), "utf8") : undefined;
}

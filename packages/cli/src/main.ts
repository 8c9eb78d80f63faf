import { readFileSync } from "node:fs";
import { CommanderError } from "commander";
import { visibleJson } from "@countersign/review";
import { EXIT } from "./exit.ts";
import { explained } from "./failure.ts";
import { Output } from "./output/output.ts";
import { program } from "./program.ts";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { readonly version: string };

/** Runs one command, and answers what the process ends with. Whatever goes wrong is said in one line. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const root = await program(version, argv);
    await root.parseAsync([...argv], { from: "user" });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    if (isHelp(error)) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    return tell(error, argv.includes("--json"));
  }
}

function isHelp(error: unknown): error is CommanderError {
  return error instanceof CommanderError && /^commander\.(help|version)/.test(error.code);
}

function tell(error: unknown, json: boolean): number {
  const { exit, code, message, details } = explained(error);
  if (json) process.stderr.write(`${visibleJson({ error: { code, message, details } }, 0)}\n`);
  else new Output(false).error(message);
  if (process.env["COUNTERSIGN_DEBUG"] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exit;
}

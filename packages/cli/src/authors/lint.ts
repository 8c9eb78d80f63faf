import { visible } from "@countersign/core/terminal";
import { Command } from "commander";
import { roomOf } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { POLICY, problemsAt, TOOLS } from "./source.ts";

export function lint(): Command {
  return new Command("lint")
    .description("every mistake in a policy, with line and column; ends with 1 if there is one, warnings aside")
    .argument(...POLICY)
    .option(...TOOLS)
    .action(async (path: string, { tools }: { tools?: string }, command: Command) => {
      const { out } = roomOf(command);
      const problems = await problemsAt(path, tools);
      for (const problem of problems) {
        const { severity, message, line, column, path: at } = problem;
        const word = out.style(severity === "error" ? "red" : "yellow", severity);
        out.result(problem, `${visible(path)}:${line}:${column}: ${word}: ${visible(at)}: ${visible(message)}`);
      }
      if (problems.length === 0) out.hint("No mistakes.");
      if (problems.some(({ severity }) => severity === "error")) process.exitCode = EXIT.no;
    });
}

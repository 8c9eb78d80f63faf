import type { Problem } from "@countersign/policy";
import { visible } from "@countersign/review";
import { Command, Option } from "commander";
import { roomOf } from "../desk.ts";
import { EXIT } from "../exit.ts";
import type { Line } from "../output/output.ts";
import { POLICY, problemsAt, TOOLS } from "./source.ts";

interface LintOptions {
  readonly tools?: string;
  readonly format: "text" | "github";
}

export function lint(): Command {
  return new Command("lint")
    .description("every mistake in a policy, with line and column; ends with 1 if there is one, warnings aside")
    .argument(...POLICY)
    .option(...TOOLS)
    .addOption(new Option("--format <format>", "github: as annotations of a workflow").choices(["text", "github"]).default("text"))
    .action(async (path: string, { tools, format }: LintOptions, command: Command) => {
      const { out } = await roomOf(command);
      const problems = await problemsAt(path, tools);
      for (const problem of problems) {
        if (format === "github") out.drawn([annotation(problem, path)]);
        else out.result(problem, line(problem, path));
      }
      if (problems.length === 0) out.hint("No mistakes.");
      if (problems.some(({ severity }) => severity === "error")) process.exitCode = EXIT.no;
    });
}

function line({ severity, message, file, line, column, path: at }: Problem, path: string): Line {
  const word = { style: severity === "error" ? "red" : "yellow", text: severity } as const;
  return [`${visible(file ?? path)}:${line}:${column}: `, word, ": ", visible(`${at}: ${message}`)];
}

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function annotation({ severity, message, file, line, column, path: at }: Problem, path: string): string {
  const properties = { file: file ?? path, line: String(line), col: String(column), title: at };
  const written = Object.entries(properties).map(([name, value]) => `${name}=${property(value)}`);
  return `::${severity} ${written.join(",")}::${data(visible(message))}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

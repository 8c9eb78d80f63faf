import { visible } from "@countersign/review";
import { Command } from "commander";
import { roomOf } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { usage } from "../failure.ts";
import { authoring, loadPolicyAt, POLICY, TOOLS, toolsAt } from "./source.ts";

export function coverage(): Command {
  return new Command("coverage")
    .description("tools that no rule names, so that the default holds for them; ends with 1 if there are any")
    .argument(...POLICY)
    .argument("[names...]", "tools, by name or namespace/name")
    .option(...TOOLS)
    .action(async (path: string, given: readonly string[], { tools }: { tools?: string }, command: Command) => {
      const { out } = await roomOf(command);
      const names = [...given, ...(tools === undefined ? [] : Object.keys(await toolsAt(tools)))];
      if (names.length === 0) throw usage("Which tools? Name them, or give --tools <module>.");
      const uncovered = (await authoring()).coverage(await loadPolicyAt(path), names);
      for (const name of uncovered) out.result({ tool: name }, visible(name));
      out.hint(
        uncovered.length === 0
          ? `A rule names each of the ${names.length} tools.`
          : `No rule names ${uncovered.length} of ${names.length} tools.`,
      );
      if (uncovered.length > 0) process.exitCode = EXIT.no;
    });
}

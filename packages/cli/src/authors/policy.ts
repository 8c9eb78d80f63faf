import { Command } from "commander";
import { coverage } from "./coverage.ts";
import { explain } from "./explain.ts";
import { lint } from "./lint.ts";
import { simulate } from "./simulate.ts";
import { test } from "./test.ts";

export function policy(): Command {
  return new Command("policy")
    .description("for whoever writes the policy: a YAML or JSON file, or a module that exports one")
    .addCommand(lint())
    .addCommand(test())
    .addCommand(explain())
    .addCommand(coverage())
    .addCommand(simulate());
}

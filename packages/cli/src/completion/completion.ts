import { Argument, Command } from "commander";
import { SCRIPTS } from "./scripts.ts";

export function completion(): Command {
  return new Command("completion")
    .description("what to put into your shell's start-up file, so that Tab completes commands, options and pending requests")
    .addArgument(new Argument("<shell>", "your shell").choices(Object.keys(SCRIPTS)))
    .action((shell: keyof typeof SCRIPTS) => void process.stdout.write(SCRIPTS[shell]));
}

import { Command } from "commander";
import { atDesk } from "../desk.ts";
import { count } from "../output/count.ts";

export function verify(): Command {
  return new Command("verify")
    .description("check every hash chain against its record; ends with 1 if one is broken")
    .action((_options: object, command: Command) =>
      atDesk(command, async ({ gate, out }) => {
        const verified = await gate.verify();
        out.result(verified, `verified ${count(verified.events, "event")} in ${count(verified.subjects, "chain")}`);
      }),
    );
}

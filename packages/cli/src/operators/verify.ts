import { Command } from "commander";
import { atDesk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { count } from "../output/count.ts";
import { warnOfUnreadable } from "../output/unreadable.ts";

export function verify(): Command {
  return new Command("verify")
    .description("check every hash chain against its record; ends with 1 if one is broken, or if a record can't be read")
    .action((_options: object, command: Command) =>
      atDesk(command, async ({ gate, out }) => {
        const verified = await gate.verify();
        const { unreadable = [] } = verified;
        warnOfUnreadable(out, unreadable);
        const rest = unreadable.length === 0 ? "" : `, but not ${count(unreadable.length, "record")} that can't be read`;
        out.result(verified, `verified ${count(verified.events, "event")} in ${count(verified.subjects, "chain")}${rest}`);
        if (unreadable.length > 0) process.exitCode = EXIT.no;
      }),
    );
}

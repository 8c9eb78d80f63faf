import type { Gate, Verified } from "@countersign/core";
import { Command } from "commander";
import { atDesk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { count } from "../output/count.ts";
import { warnOfUnreadable } from "../output/unreadable.ts";
import { readTrail, type ReadTrail } from "./trail-file.ts";

export function verify(): Command {
  return new Command("verify")
    .description("check every hash chain against its record; ends with 1 if one is broken, or if a record can't be read")
    .option("--against <file>", "and that the store goes on from this earlier export; - for standard input")
    .action(({ against: path }: { against?: string }, command: Command) =>
      atDesk(command, async ({ gate, out }) => {
        const { result: verified, ...against } = await verifying(gate, path);
        const { unreadable = [] } = verified;
        warnOfUnreadable(out, unreadable);
        const rest = unreadable.length === 0 ? "" : `, but not ${count(unreadable.length, "record")} that can't be read`;
        const from = "file" in against ? `; they go on from ${against.file}, SHA-256 ${against.sha256}` : "";
        const text = `verified ${count(verified.events, "event")} in ${count(verified.subjects, "chain")}${rest}${from}`;
        out.result({ ...verified, ...("file" in against ? { against } : {}) }, text);
        if (unreadable.length > 0) process.exitCode = EXIT.no;
      }),
    );
}

async function verifying(gate: Gate, path: string | undefined): Promise<{ readonly result: Verified } | ReadTrail<Verified>> {
  return path === undefined ? { result: await gate.verify() } : readTrail(path, (against) => gate.verify({ against }));
}

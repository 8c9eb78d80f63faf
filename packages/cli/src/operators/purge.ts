import type { Duration } from "@countersign/core";
import { Command } from "commander";
import { atDesk, signer } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure } from "../failure.ts";
import { count } from "../output/count.ts";
import { confirm } from "../prompts.ts";
import { duration } from "../settings/values.ts";

export function purge(): Command {
  return new Command("purge")
    .description("remove what had ended long ago: arguments, decisions, results and saved runs; stubs stay")
    .requiredOption("--older-than <time>", "such as 90d", duration)
    .option("-y, --yes", "don't ask")
    .action(({ olderThan, yes }: { olderThan: Duration; yes?: boolean }, command: Command) =>
      atDesk(command, async (desk) => {
        const { gate, out, address } = desk;
        const asks = out.interactive && !yes;
        if (asks && !(await confirm(`Remove from ${address} what had ended ${olderThan} ago? It can't be brought back.`)))
          throw new Failure(EXIT.no, "Nothing was removed.");
        const purged = await gate.purge({ olderThan, by: signer(desk) });
        out.result(purged, `purged ${count(purged.requests, "request")} and ${count(purged.threads, "thread")}`);
      }),
    );
}

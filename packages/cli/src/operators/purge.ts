import type { Duration } from "@countersign/core";
import { durationMs } from "@countersign/core/policy";
import { visible } from "@countersign/review";
import { Command } from "commander";
import { acting, atDesk, signer } from "../desk.ts";
import { usage } from "../failure.ts";
import { count } from "../output/count.ts";
import { duration } from "../settings/values.ts";
import { agreement, effectRows, YES } from "./agreement.ts";

interface PurgeOptions {
  readonly olderThan: Duration;
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly yes?: boolean;
}

/** What ended today may still be asked about, in ms. */
const FLOOR = 86_400_000;

export function purge(): Command {
  return new Command("purge")
    .description("remove what had ended long ago: arguments, decisions, results and saved runs; stubs stay")
    .requiredOption("--older-than <time>", "such as 90d; a day at least", duration)
    .option("--dry-run", "say how many would go, and remove nothing")
    .option("--force", "also what ended less than a day ago")
    .option("-y, --yes", YES)
    .action(({ olderThan, dryRun, force, yes }: PurgeOptions, command: Command) =>
      atDesk(command, async (desk) => {
        const { gate, out, address, tenant } = desk;
        if (!force && (durationMs(olderThan) ?? 0) < FLOOR)
          throw usage(`--older-than ${olderThan} is less than a day. Write 1d or more, or add --force to purge even that.`);
        if (dryRun) {
          const would = await gate.purge({ olderThan, dryRun });
          return out.result({ ...would, dryRun }, `would purge ${told(would)}`);
        }
        signer(desk);
        if (!yes) {
          const would = out.interactive ? await gate.purge({ olderThan, dryRun: true }) : undefined;
          if (would && would.requests + would.threads === 0) return out.result(would, `purged ${told(would)}`);
          const rows = effectRows([
            ["store", visible(`${address}, tenant ${tenant}`)],
            ["purge", `${told(would ?? { requests: 0, threads: 0 })} that ended more than ${olderThan} ago`],
            ["gone are", "arguments, decisions, results, saved runs and their events; stubs stay. It can't be brought back"],
          ]);
          await agreement(desk, { yes, question: "Purge them?", rows });
        }
        const purged = await gate.purge({ olderThan, ...(await acting(desk)) });
        out.result(purged, `purged ${told(purged)}`);
      }),
    );
}

function told({ requests, threads }: { readonly requests: number; readonly threads: number }): string {
  return `${count(requests, "request")} and ${count(threads, "thread")}`;
}

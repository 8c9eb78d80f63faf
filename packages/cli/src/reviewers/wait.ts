import type { Duration } from "@countersign/core";
import { Command } from "commander";
import { atDesk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { idOf } from "../request-of.ts";
import { duration } from "../settings/values.ts";
import { outcome } from "./sign.ts";

export function wait(): Command {
  return new Command("wait")
    .description("until it is decided; ends with 0 if it was approved, with 1 if not, with 5 if nobody decided in time")
    .argument("<id>", "the request")
    .option("--timeout <time>", "give up after so long (default: never)", duration)
    .action((id: string, { timeout }: { timeout?: Duration }, command: Command) =>
      atDesk(command, async (desk) => {
        const request = await desk.gate.wait(await idOf(desk, id), { timeout });
        desk.out.result(request, outcome(request));
        if (request.status !== "approved") process.exitCode = EXIT.no;
      }),
    );
}

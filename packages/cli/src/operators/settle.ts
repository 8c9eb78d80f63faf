import type { Settlement } from "@countersign/core";
import { Command } from "commander";
import { atDesk, signer } from "../desk.ts";
import { usage } from "../failure.ts";
import { toolOf } from "../output/request.ts";
import { statusOf } from "../output/status.ts";
import { json } from "../settings/values.ts";

interface SettleOptions {
  readonly executed?: string;
  readonly retry?: boolean;
  readonly failed?: string;
}

export function settle(): Command {
  return new Command("settle")
    .description("say what became of a call that was begun and never reported back; look first")
    .argument("<id>", "the request")
    .option("--executed <json>", "it happened, and this is its result: JSON, @file, or - for standard input")
    .option("--retry", "it didn't happen: run it again")
    .option("--failed <reason>", "it didn't happen, and it shall not be run again: the model reads the reason")
    .action((id: string, options: SettleOptions, command: Command) =>
      atDesk(command, async (desk) => {
        const settlement = await settlementOf(options);
        const request = await desk.gate.settle(id, settlement, { by: signer(desk) });
        desk.out.result(request, `${options.retry ? "runs again" : statusOf(request)} ${id} ${toolOf(request)}`);
      }),
    );
}

async function settlementOf({ executed, retry, failed }: SettleOptions): Promise<Settlement> {
  if ([executed, retry, failed].filter((option) => option !== undefined).length !== 1)
    throw usage(
      "Say what you found: --executed <result as JSON> if the call happened, --retry to run it again, or --failed <reason> to give it up.",
    );
  if (failed !== undefined) return { failed };
  return executed === undefined ? { retry: true } : { executed: await json(executed, "--executed") };
}

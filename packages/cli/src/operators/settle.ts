import type { ApprovalRequest, Settlement } from "@countersign/core";
import { CountersignError } from "@countersign/core/store";
import { toolText, visible, visibleJson } from "@countersign/review";
import { Command } from "commander";
import { acting, atDesk, signer, type Desk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";
import { statusOf } from "../output/status.ts";
import { demand } from "../reviewers/consent.ts";
import { json } from "../settings/values.ts";
import { agreement, requestRows, reviewFor, stillAsShown, YES } from "./agreement.ts";

interface SettleOptions {
  readonly executed?: string;
  readonly retry?: boolean;
  readonly failed?: string;
  readonly yes?: boolean;
}

export function settle(): Command {
  return new Command("settle")
    .description("say what became of a call that was begun and never reported back; look first")
    .argument("<id>", "the request")
    .option("--executed <json>", "it happened, and this is its result: JSON, @file, or - for standard input")
    .option("--retry", "it didn't happen: run it again")
    .option("--failed <reason>", "it didn't happen, and it shall not be run again: the model reads the reason")
    .option("-y, --yes", YES)
    .action((id: string, options: SettleOptions, command: Command) =>
      atDesk(command, async (desk) => {
        const settlement = await settlementOf(options);
        signer(desk);
        const shown = await demand(desk, id);
        await refuseKnown(desk, shown);
        const rows = requestRows(await reviewFor(desk, shown), effectOf(settlement));
        await agreement(desk, { yes: options.yes, question: "Record this?", rows });
        if (!options.yes) await stillAsShown(desk, shown);
        const request = await desk.gate.settle(shown.id, settlement, await acting(desk));
        desk.out.result(request, `${options.retry ? "runs again" : statusOf(request)} ${shown.id} ${toolText(request)}`);
      }),
    );
}

function effectOf(settlement: Settlement): readonly (readonly [string, string])[] {
  if ("retry" in settlement) return [["record", "It did not happen. It runs again, under the same signatures."]];
  if ("failed" in settlement)
    return [
      ["record", "It did not happen, and does not run again. The model is told why."],
      ["why", visible(settlement.failed)],
    ];
  return [
    ["record", "It happened. The model is told this result."],
    ["result", visibleJson(settlement.executed, 0)],
  ];
}

/** The gate refuses it too: here so that nobody is asked for nothing. @throws CONFLICT, Failure while it runs */
async function refuseKnown({ store, tenant }: Desk, request: ApprovalRequest): Promise<void> {
  if (request.execution === "unknown") return;
  if (request.execution !== "executing") throw new CountersignError("CONFLICT", { request });
  const [record, now] = await Promise.all([store.getRequest(tenant, request.id), store.now()]);
  const left = Math.max(Math.ceil(((record?.leaseUntil ?? now) - now) / 1_000), 0);
  const when =
    left > 0 ? `If its process died, that shows in ${left} s: settle it then.` : "It may simply run again: a worker sees to that.";
  throw new Failure(EXIT.refused, `Request ${request.id} is being executed. ${when}`);
}

async function settlementOf({ executed, retry, failed }: SettleOptions): Promise<Settlement> {
  if ([executed, retry, failed].filter((option) => option !== undefined).length !== 1)
    throw usage(
      "Say what you found: --executed <result as JSON> if the call happened, --retry to run it again, or --failed <reason> to give it up.",
    );
  if (failed === "") throw usage("Say why: --failed <reason>. The model reads it.");
  if (failed !== undefined) return { failed };
  return executed === undefined ? { retry: true } : { executed: await json(executed, "--executed") };
}

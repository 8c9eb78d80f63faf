import type { ApprovalRequest } from "@countersign/core";
import { CountersignError } from "@countersign/core/store";
import { toolText, visible } from "@countersign/review";
import { Command } from "commander";
import { acting, atDesk, signer } from "../desk.ts";
import { statusOf } from "../output/status.ts";
import { demand } from "../reviewers/consent.ts";
import { agreement, requestRows, reviewFor, stillAsShown, YES } from "./agreement.ts";

interface CancelOptions {
  readonly reason: string;
  readonly yes?: boolean;
}

export function cancel(): Command {
  return new Command("cancel")
    .description("withdraw a request that isn't decided, or not begun")
    .argument("<id>", "the request")
    .requiredOption("--reason <text>", "why: it is recorded")
    .option("-y, --yes", YES)
    .action((id: string, { reason, yes }: CancelOptions, command: Command) =>
      atDesk(command, async (desk) => {
        signer(desk);
        const shown = await demand(desk, id);
        if (shown.status !== "cancelled") {
          refuseBegun(shown);
          const effect = [["withdraw", "It is never run. Whoever called it is told why."] as const, ["why", visible(reason)] as const];
          const rows = requestRows(await reviewFor(desk, shown), effect);
          await agreement(desk, { yes, question: "Withdraw it?", rows });
          if (!yes) await stillAsShown(desk, shown);
        }
        const request = await desk.gate.cancel(shown.id, { ...(await acting(desk)), reason });
        desk.out.result(request, `${statusOf(request)} ${shown.id} ${toolText(request)}`);
      }),
    );
}

/** The gate refuses it too: here so that nobody is asked for nothing. @throws ALREADY_DECIDED */
function refuseBegun(request: ApprovalRequest): void {
  const { status, begun, decisions } = request;
  if (status === "pending" || (status === "approved" && !begun)) return;
  throw new CountersignError("ALREADY_DECIDED", { request, winner: decisions.at(-1) });
}

import { reviewOf } from "@countersign/review";
import { reviewRows, styleFor } from "@countersign/terminal";
import { Command } from "commander";
import { atDesk } from "../desk.ts";
import { warnOfSameCall } from "../output/same-call.ts";
import { withNames } from "../settings/people.ts";
import { demand } from "./consent.ts";

export function show(): Command {
  return new Command("show")
    .description("one request in full: what would run, why it is asked about, who may sign")
    .argument("<id>", "the request")
    .action((id: string, _options: object, command: Command) =>
      atDesk(command, async (desk) => {
        const { gate, out, config } = desk;
        const request = await demand(desk, id);
        if (out.json) {
          out.value(request);
          return warnOfSameCall(out, gate, request);
        }
        const review = reviewOf(withNames(request, config.people), {
          ...(await gate.background(request)),
          now: Date.now(),
          by: config.identity,
        });
        const drawing = { columns: process.stdout.columns || Number(process.env["COLUMNS"]) || 80, style: styleFor(process.stdout) };
        out.drawn(reviewRows(review, drawing));
        if (request.status !== "pending") return;
        if (config.identity && !review.may.approve.allowed) out.hint(`You can't approve it: ${review.may.approve.reason}`);
        out.hint(`countersign approve ${id} signs it, edit changes it first, reject refuses it.`);
      }),
    );
}

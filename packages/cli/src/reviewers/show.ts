import { Command } from "commander";
import { atDesk } from "../desk.ts";
import { requestText } from "../output/request.ts";
import { warnOfSameCall } from "../output/same-call.ts";
import { demand } from "./consent.ts";

export function show(): Command {
  return new Command("show")
    .description("one request in full: what would run, why it is asked about, who may sign")
    .argument("<id>", "the request")
    .action((id: string, _options: object, command: Command) =>
      atDesk(command, async (desk) => {
        const { gate, out } = desk;
        const request = await demand(desk, id);
        if (out.json) {
          out.value(request);
          return warnOfSameCall(out, gate, request);
        }
        out.line(requestText(out, request, await gate.duplicates(request)));
        if (request.status === "pending") out.hint(`countersign approve ${id} signs it, edit changes it first, reject refuses it.`);
      }),
    );
}

import type { AuditEvent } from "@countersign/core";
import { CountersignError } from "@countersign/core/store";
import { Command } from "commander";
import { atDesk } from "../desk.ts";
import { eventColumns } from "../output/event.ts";
import { table } from "../output/table.ts";
import { idOf } from "../request-of.ts";

export function history(): Command {
  return new Command("history")
    .description("what happened to a request, oldest first")
    .argument("<id>", "the request, or grant/<id>, or thread/<id>")
    .action((id: string, _options: object, command: Command) =>
      atDesk(command, async (desk) => {
        const { gate, out } = desk;
        const subject = await idOf(desk, id);
        const events: AuditEvent[] = await Array.fromAsync(gate.history(subject));
        if (events.length === 0) throw new CountersignError("REQUEST_NOT_FOUND", { id: subject });
        if (out.json) for (const event of events) out.value(event);
        else if (
          table(
            out,
            eventColumns(out.people).filter(({ name }) => !out.people || name !== "SUBJECT"),
            events,
          )
        )
          out.hint("… is where a line is cut: --json, or a pipe, has all of it.");
      }),
    );
}

import { Command } from "commander";
import { atDesk, signer } from "../desk.ts";
import { toolOf } from "../output/request.ts";
import { statusOf } from "../output/status.ts";

export function cancel(): Command {
  return new Command("cancel")
    .description("withdraw a request that isn't decided, or not begun")
    .argument("<id>", "the request")
    .requiredOption("--reason <text>", "why: it is recorded")
    .action((id: string, { reason }: { reason: string }, command: Command) =>
      atDesk(command, async (desk) => {
        const request = await desk.gate.cancel(id, { by: signer(desk), reason });
        desk.out.result(request, `${statusOf(request)} ${id} ${toolOf(request)}`);
      }),
    );
}

import type { Freeze } from "@countersign/core";
import { Command } from "commander";
import { atDesk, signer } from "../desk.ts";
import { usage } from "../failure.ts";
import { listing, type Column } from "../output/table.ts";
import { iso } from "../output/when.ts";

interface FreezeOptions {
  readonly tool?: string;
  readonly agent?: string;
  readonly everything?: boolean;
  readonly reason: string;
}

export function freeze(): Command {
  return new Command("freeze")
    .description("stop executions at once, signed or not, until the freeze is lifted; what has begun goes on")
    .option("--tool <name>", "of this tool, named as in a policy: send_payment, billing/*")
    .option("--agent <name>", "of this agent")
    .option("--everything", "of the whole tenant")
    .requiredOption("--reason <text>", "why: whoever calls such a tool reads it")
    .action(({ tool, agent, everything, reason }: FreezeOptions, command: Command) =>
      atDesk(command, async (desk) => {
        const named = tool !== undefined || agent !== undefined;
        if (named === (everything ?? false)) throw usage("Freeze what? --tool <name>, --agent <name> or both, or --everything.");
        const { id, by, at } = await desk.gate.freeze({ tool, agent }, { by: signer(desk), reason });
        desk.out.result({ id, tool, agent, by, reason, at }, `frozen ${id} ${scopeOf({ tool, agent })}`);
        desk.out.hint(`countersign lift ${id} ends it. Signatures stay good meanwhile.`);
      }),
    );
}

export function freezes(): Command {
  return new Command("freezes")
    .description("what is frozen now, the oldest first")
    .action((_options: object, command: Command) =>
      atDesk(command, async ({ gate, out }) => listing(out, COLUMNS, await gate.freezes(), "Nothing is frozen.")),
    );
}

export function lift(): Command {
  return new Command("lift")
    .description("end a freeze; what another one covers stays frozen")
    .argument("<id>", "the freeze")
    .action((id: string, _options: object, command: Command) =>
      atDesk(command, async (desk) => {
        await desk.gate.liftFreeze(id, { by: signer(desk) });
        desk.out.result({ id, lifted: true }, `lifted ${id}`);
      }),
    );
}

const COLUMNS: readonly Column<Freeze>[] = [
  { name: "FREEZE", value: ({ id }) => id },
  { name: "SINCE", value: ({ at }) => iso(at) },
  { name: "BY", value: ({ by }) => by.id },
  { name: "WHAT", value: scopeOf },
  { name: "WHY", value: ({ reason }) => reason },
];

export function scopeOf({ tool, agent }: Pick<Freeze, "tool" | "agent">): string {
  const parts = [tool === undefined ? "" : `tool ${tool}`, agent === undefined ? "" : `agent ${agent}`].filter((part) => part !== "");
  return parts.length === 0 ? "everything" : parts.join(" of ");
}

import type { Grant } from "@countersign/core";
import { Command } from "commander";
import { atDesk, signer } from "../desk.ts";
import { toolOf } from "../output/request.ts";
import { listing, type Column } from "../output/table.ts";
import { iso } from "../output/when.ts";

export function grants(): Command {
  return new Command("grants")
    .description("remembered decisions: what runs, or is refused, without anybody being asked")
    .addCommand(list(), { isDefault: true })
    .addCommand(revoke());
}

function list(): Command {
  return new Command("list")
    .description("all of them, or those that still decide something")
    .option("--tool <name>", "of tools with this name")
    .option("--live", "only those that still decide something")
    .action((options: { tool?: string; live?: boolean }, command: Command) =>
      atDesk(command, async ({ gate, out }) => {
        const found = await gate.grants({ tool: options.tool });
        const shown = options.live ? found.filter((grant) => stateOf(grant) === "live") : found;
        listing(out, COLUMNS, shown, "No grants.");
      }),
    );
}

function revoke(): Command {
  return new Command("revoke")
    .description("from now on it decides nothing")
    .argument("<id>", "the grant")
    .action((id: string, _options: object, command: Command) =>
      atDesk(command, async (desk) => {
        await desk.gate.revokeGrant(id, { by: signer(desk) });
        desk.out.result({ id, revoked: true }, `revoked ${id}`);
      }),
    );
}

const COLUMNS: readonly Column<Grant>[] = [
  { name: "GRANT", value: ({ id }) => id },
  { name: "STATE", value: (grant) => stateOf(grant) },
  { name: "LEFT", value: ({ uses }) => String(uses) },
  { name: "UNTIL", value: ({ expiresAt }) => (expiresAt === undefined ? "-" : iso(expiresAt)) },
  { name: "DECIDES", value: ({ decision, scope }) => `${decision}, ${scope}` },
  { name: "GIVEN BY", value: ({ by }) => by.id },
  { name: "FOR", value: ({ requestedBy }) => requestedBy ?? "-" },
  { name: "TOOL", value: toolOf },
  { name: "WHERE", value: ({ agent, threadId }) => (threadId === undefined ? `agent ${agent}` : `agent ${agent}, thread ${threadId}`) },
];

function stateOf({ revokedAt, uses, expiresAt }: Grant): "live" | "revoked" | "used up" | "expired" {
  if (revokedAt !== undefined) return "revoked";
  if (uses <= 0) return "used up";
  return expiresAt !== undefined && expiresAt <= Date.now() ? "expired" : "live";
}

import type { Grant } from "@countersign/core";
import { personText, toolText, visible } from "@countersign/review";
import { Command } from "commander";
import { acting, atDesk, signer, type Room } from "../desk.ts";
import { shortIds } from "../output/short-ids.ts";
import { listing, type Column } from "../output/table.ts";
import { iso } from "../output/when.ts";
import { idAmong } from "../request-of.ts";
import { named } from "../settings/people.ts";
import { agreement, effectRows, YES } from "./agreement.ts";

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
      atDesk(command, async (desk) => {
        const { gate, out } = desk;
        const found = await gate.grants({ tool: options.tool });
        const shown = options.live ? found.filter((grant) => stateOf(grant) === "live") : found;
        const short = shortIds(shown.map(({ id }) => id));
        listing(out, columnsOf(desk, out.people ? short : undefined), shown, "No grants.");
      }),
    );
}

function revoke(): Command {
  return new Command("revoke")
    .description("from now on it decides nothing")
    .argument("<id>", "the grant")
    .option("-y, --yes", YES)
    .action((given: string, { yes }: { yes?: boolean }, command: Command) =>
      atDesk(command, async (desk) => {
        signer(desk);
        const id = await idAmong("grants", () => desk.gate.grants(), given);
        const grant = (await desk.gate.grants()).find((one) => one.id === id);
        // Of one that is revoked already, or that there never was, the gate says so.
        if (grant && grant.revokedAt === undefined) {
          const facts = columnsOf(desk).map(({ name, value }) => [name.toLowerCase(), value(grant)] as const);
          await agreement(desk, { yes, question: "Revoke it? People are asked again from now on.", rows: effectRows(facts) });
        }
        await desk.gate.revokeGrant(id, await acting(desk));
        desk.out.result({ id, revoked: true }, `revoked ${id}`);
      }),
    );
}

function columnsOf({ out, config: { people } }: Room, idText = (id: string): string => id): readonly Column<Grant>[] {
  return [
    { name: "GRANT", value: ({ id }) => idText(id) },
    { name: "STATE", value: (grant) => stateOf(grant) },
    { name: "LEFT", value: ({ uses }) => String(uses) },
    { name: "UNTIL", value: ({ expiresAt }) => (expiresAt === undefined ? "-" : iso(expiresAt)) },
    { name: "DECIDES", value: ({ decision, scope }) => `${decision}, ${scope}` },
    { name: "GIVEN BY", value: ({ by }) => (out.people ? personText(named(by, people)) : visible(by.id)) },
    { name: "FOR", value: ({ requestedBy }) => visible(requestedBy ?? "-") },
    { name: "TOOL", value: toolText },
    {
      name: "WHERE",
      value: ({ agent, threadId }) => visible(threadId === undefined ? `agent ${agent}` : `agent ${agent}, thread ${threadId}`),
    },
  ];
}

function stateOf({ revokedAt, uses, expiresAt }: Grant): "live" | "revoked" | "used up" | "expired" {
  if (revokedAt !== undefined) return "revoked";
  if (uses <= 0) return "used up";
  return expiresAt !== undefined && expiresAt <= Date.now() ? "expired" : "live";
}

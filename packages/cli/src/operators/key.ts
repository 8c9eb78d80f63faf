import type { Duration } from "@countersign/core";
import { durationMs } from "@countersign/core/policy";
import { visible } from "@countersign/review";
import type { KeyGrant, KeyInfo, Keys } from "@countersign/server";
import { Command, InvalidArgumentError, Option } from "commander";
import { acting, atDesk, signer, type Desk } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { Failure, usage } from "../failure.ts";
import type { Output } from "../output/output.ts";
import { listing, type Column } from "../output/table.ts";
import { iso, moment } from "../output/when.ts";
import { agreement, effectRows, YES } from "./agreement.ts";

const SCOPES = {
  agent: "sees what its own agent has asked",
  reader: "sees everything of the tenant",
  operator: "sees everything, and cancels, freezes, lifts",
  "reviewer-bot": "decides where a rule's reviewers name it",
} as const;

interface GiveOptions {
  readonly scope: keyof typeof SCOPES;
  readonly agent?: string;
  readonly application?: string;
  readonly expires: Duration | "never";
  readonly yes?: boolean;
}

export function key(): Command {
  return new Command("key")
    .description("API keys: with one, a program calls the server, and is never a person")
    .addCommand(list(), { isDefault: true })
    .addCommand(give())
    .addCommand(revoke());
}

function list(): Command {
  return new Command("list").description("those that count today").action((_options: object, command: Command) =>
    atDesk(command, async (desk) => {
      listing(desk.out, columnsOf(desk.out), await (await keysOf(desk)).list(), "No keys.");
    }),
  );
}

function give(): Command {
  return new Command("give")
    .description("make a key, and print it: it is shown this once")
    .argument("<name>", "what it is called; it acts as key:<name>")
    .addOption(new Option("--scope <scope>", "what it may do").choices(Object.keys(SCOPES)).makeOptionMandatory())
    .option("--agent <name>", "of the scope agent: whose calls it sees")
    .option("--application <name>", "of the scope agent: what the agent is part of")
    .requiredOption("--expires <time>", "such as 90d; or never", expiry)
    .option("-y, --yes", YES)
    .action((name: string, options: GiveOptions, command: Command) =>
      atDesk(command, async (desk) => {
        signer(desk);
        const grant = grantOf(name, options);
        const keys = await keysOf(desk);
        const { scope, agent, application, expires } = { agent: undefined, application: undefined, ...grant, ...options };
        const rows = [
          ["key", visible(name)],
          ["scope", `${scope}: ${SCOPES[scope]}`],
          ...(agent === undefined ? [] : [["agent", visible(`${agent} of ${application}`)] as const]),
          ["expires", expires === "never" ? "never: somebody has to revoke it" : `in ${expires}`],
          ["tenant", visible(desk.tenant)],
        ] as const;
        await agreement(desk, { yes: options.yes, question: "Give this key?", rows: effectRows(rows) });
        const given = await keys.give({ ...grant, expiresIn: expires }, await acting(desk));
        desk.out.result({ ...given.info, key: given.key }, given.key);
        desk.out.hint("It is shown this once: keep it where the program finds it, and nowhere else.");
      }),
    );
}

function revoke(): Command {
  return new Command("revoke")
    .description("from now on it opens nothing")
    .argument("<name>", "the key")
    .option("-y, --yes", YES)
    .action((name: string, { yes }: { yes?: boolean }, command: Command) =>
      atDesk(command, async (desk) => {
        signer(desk);
        const keys = await keysOf(desk);
        const found = (await keys.list()).find((each) => each.name === name);
        if (!found) throw none(name);
        const facts = columnsOf(desk.out).map(({ name: label, value }) => [label.toLowerCase(), value(found)] as const);
        await agreement(desk, { yes, question: "Revoke it? Whatever uses it gets no answer any more.", rows: effectRows(facts) });
        if (!(await keys.revoke(name, await acting(desk)))) throw none(name);
        desk.out.result({ name, revoked: true }, `revoked ${visible(name)}`);
      }),
    );
}

/** The server is loaded for it. */
async function keysOf({ gate }: Desk): Promise<Keys> {
  return (await import("@countersign/server")).createKeys(gate);
}

function expiry(value: string): Duration | "never" {
  if (value === "never") return value;
  if (durationMs(value as Duration) === undefined) throw new InvalidArgumentError("Write how long it counts, such as 90d, or never.");
  return value as Duration;
}

/** @throws Failure for a scope whose options are missing, or of another scope */
function grantOf(name: string, { scope, agent, application }: GiveOptions): KeyGrant {
  if (scope === "agent") {
    if (agent === undefined || application === undefined)
      throw usage("A key of the scope agent is one agent's. Add --agent <name> and --application <name>.");
    return { name, scope, agent, application };
  }
  if (agent !== undefined || application !== undefined)
    throw usage(`--agent and --application belong to --scope agent. Leave them out with ${scope}.`);
  return { name, scope };
}

function none(name: string): Failure {
  return new Failure(EXIT.refused, `There is no key ${name}. countersign key list lists them.`);
}

function columnsOf(out: Output): readonly Column<KeyInfo>[] {
  const when = (at: number): string => (out.people ? moment(at) : iso(at));
  return [
    { name: "KEY", value: ({ name }) => visible(name) },
    { name: "SCOPE", value: ({ scope }) => scope },
    { name: "AGENT", value: (info) => (info.scope === "agent" ? visible(`${info.agent} of ${info.application}`) : "-") },
    { name: "GIVEN", value: ({ givenAt }) => iso(givenAt) },
    { name: "BY", value: ({ givenBy }) => visible(givenBy) },
    { name: "EXPIRES", value: ({ expiresAt }) => (expiresAt === undefined ? "never" : when(expiresAt)) },
    { name: "USED", value: ({ usedAt }) => (usedAt === undefined ? "-" : iso(usedAt)) },
  ];
}

import { isStopped, type Freeze, type FreezeScope, type Gate, type RequestQuery } from "@countersign/core";
import { personText, visible } from "@countersign/review";
import { Command } from "commander";
import { acting, atDesk, signer } from "../desk.ts";
import { usage } from "../failure.ts";
import { count } from "../output/count.ts";
import { shortIds } from "../output/short-ids.ts";
import { listing, type Column } from "../output/table.ts";
import { iso, moment } from "../output/when.ts";
import { idAmong } from "../request-of.ts";
import { named } from "../settings/people.ts";
import { agreement, effectRows, YES } from "./agreement.ts";

interface FreezeOptions {
  readonly tool?: string;
  readonly agent?: string;
  readonly everything?: boolean;
  readonly reason: string;
  readonly yes?: boolean;
}

export function freeze(): Command {
  return new Command("freeze")
    .description("stop executions at once, signed or not, until the freeze is lifted; what has begun goes on")
    .option("--tool <name>", "of this tool, named as in a policy: send_payment, billing/*")
    .option("--agent <name>", "of this agent")
    .option("--everything", "of the whole tenant")
    .requiredOption("--reason <text>", "why: whoever calls such a tool reads it")
    .option("-y, --yes", YES)
    .action(({ tool, agent, everything, reason, yes }: FreezeOptions, command: Command) =>
      atDesk(command, async (desk) => {
        signer(desk);
        const named = tool !== undefined || agent !== undefined;
        if (named === (everything ?? false)) throw usage("Freeze what? --tool <name>, --agent <name> or both, or --everything.");
        if (!yes) {
          const effect = await reachOf(desk.gate, { tool, agent });
          const rows = effectRows([["freeze", scopeOf({ tool, agent })], ...effect, ["why", visible(reason)]]);
          await agreement(desk, { yes, question: "Freeze it?", rows });
        }
        const { id, by, at } = await desk.gate.freeze({ tool, agent }, { ...(await acting(desk)), reason });
        desk.out.result({ id, tool, agent, by, reason, at }, `frozen ${id} ${scopeOf({ tool, agent })}`);
        desk.out.hint(`countersign lift ${id} ends it. Signatures stay good meanwhile.`);
      }),
    );
}

export function freezes(): Command {
  return new Command("freezes").description("what is frozen now, the oldest first").action((_options: object, command: Command) =>
    atDesk(command, async ({ gate, out, config: { people } }) => {
      const found = await gate.freezes();
      const short = shortIds(found.map(({ id }) => id));
      const columns: readonly Column<Freeze>[] = [
        { name: "FREEZE", value: ({ id }) => (out.people ? short(id) : id) },
        { name: "SINCE", value: ({ at }) => iso(at) },
        { name: "BY", value: ({ by }) => (out.people ? personText(named(by, people)) : visible(by.id)) },
        { name: "WHAT", value: scopeOf },
        { name: "WHY", value: ({ reason }) => visible(reason) },
      ];
      listing(out, columns, found, "Nothing is frozen.");
    }),
  );
}

export function lift(): Command {
  return new Command("lift")
    .description("end a freeze; what another one covers stays frozen")
    .argument("<id>", "the freeze")
    .option("-y, --yes", YES)
    .action((given: string, { yes }: { yes?: boolean }, command: Command) =>
      atDesk(command, async (desk) => {
        signer(desk);
        const id = await idAmong("freezes", () => desk.gate.freezes(), given);
        const frozen = (await desk.gate.freezes()).find((one) => one.id === id);
        // Of one that isn't in force the gate says whether it ever was.
        if (frozen && !yes) {
          const effect = await reachOf(desk.gate, frozen);
          const who = `${personText(named(frozen.by, desk.config.people))}, ${moment(frozen.at)}`;
          const rows = effectRows([["lift", scopeOf(frozen)], ["frozen by", who], ["why", visible(frozen.reason)], ...effect]);
          await agreement(desk, { yes, question: "Lift it? What is approved can run then.", rows });
        }
        await desk.gate.liftFreeze(id, await acting(desk));
        desk.out.result({ id, lifted: true }, `lifted ${id}`);
      }),
    );
}

/** What is frozen, safe to show. */
export function scopeOf({ tool, agent }: Pick<Freeze, "tool" | "agent">): string {
  const parts = [tool === undefined ? "" : `tool ${tool}`, agent === undefined ? "" : `agent ${agent}`].filter((part) => part !== "");
  return parts.length === 0 ? "everything" : visible(parts.join(" of "));
}

/** Requests looked at, of each kind. */
const LOOKED_AT = 10_000;

/** What a freeze of this scope stops, and what it doesn't. */
async function reachOf(gate: Gate, scope: FreezeScope): Promise<readonly (readonly [string, string])[]> {
  const [approved, pending, executing] = await Promise.all([
    covered(gate, scope, { status: "approved", execution: "none" }),
    covered(gate, scope, { status: "pending" }),
    covered(gate, scope, { execution: "executing" }),
  ]);
  return [
    ["approved", `${approved} not run yet: frozen, they can't run`],
    ["pending", `${pending} for people, who can go on deciding`],
    ["running", `${executing} already begun: no freeze stops what has begun`],
  ];
}

async function covered(gate: Gate, scope: FreezeScope, query: RequestQuery): Promise<string> {
  let [found, seen] = [0, 0];
  for (let after: string | undefined; seen < LOOKED_AT;) {
    const { items, next } = await gate.list({ ...query, limit: 1_000, ...(after !== undefined && { after }) });
    found += items.filter((request) => isStopped(scope, request)).length;
    seen += items.length;
    if (next === undefined) return count(found, "request");
    after = next;
  }
  return `${count(found, "request")} at least (of the first ${LOOKED_AT})`;
}

import type { JsonObject, Verdict } from "@countersign/core";
import type { Expectation, Simulation } from "@countersign/policy";
import { toolText, visibleJson } from "@countersign/review";
import { Command } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import type { Line } from "../output/output.ts";
import { progress } from "../prompts.ts";
import { several } from "../settings/several.ts";
import { moment } from "../settings/values.ts";
import { recorded, sampledIn } from "./past-calls.ts";
import { authoring, loadPolicyAt, POLICY, TOOLS } from "./source.ts";

interface SimulateOptions {
  readonly since?: number;
  readonly samples?: readonly string[];
  readonly tools?: string;
}

/** Calls that the progress bar counts before it only says that it goes on. */
const COUNTED = 1_000_000;

export function simulate(): Command {
  return new Command("simulate")
    .description("try a policy on the recorded trail: what it would have allowed, asked and denied, and what that costs")
    .argument(...POLICY)
    .option("--since <time>", "only calls since then: 30d (ago), or a date", moment)
    .option("--samples <file>", "allowed calls that sampler() has kept; may be given several times", several)
    .option(...TOOLS)
    .action(async (path: string, options: SimulateOptions, command: Command) => {
      const policy = await loadPolicyAt(path, options.tools);
      await atDesk(command, async (desk) => {
        const trying = (await authoring()).simulate(policy);
        const { since = 0, samples = [] } = options;
        const bar = await barFor(desk);
        for await (const call of recorded(desk.store, desk.tenant, since, trying)) {
          trying.add(call);
          bar.advance();
        }
        for (const file of samples) {
          for await (const call of sampledIn(file, since)) trying.add(call);
        }
        bar.stop();
        const result = await shown(desk, trying.result());
        desk.out.result(result, ...linesOf(result));
        if (samples.length === 0)
          desk.out.hint("Calls that the policy allowed are not recorded. sampler() keeps some of them: --samples <file>.");
      });
    });
}

async function barFor({ store, tenant, out }: Desk): Promise<{ advance(): void; stop(): void }> {
  if (!process.stderr.isTTY || out.json) return { advance() {}, stop() {} };
  return progress("Trying the policy on the record", await store.countRequests(tenant, {}, COUNTED));
}

/** A call on which a person and the policy differ, as reviewers get to see it: the policy has seen the real arguments. */
interface Difference {
  readonly id: string | undefined;
  readonly tool: string;
  readonly args: JsonObject;
  readonly verdict: Verdict;
}

type Shown = Pick<Simulation, "calls" | "counts" | "signatures"> & {
  readonly [K in "letThrough" | "unedited" | "refused"]: readonly Difference[];
};

async function shown({ gate }: Desk, { letThrough, unedited, refused, ...numbers }: Simulation): Promise<Shown> {
  const differences = (found: readonly Expectation[]): Promise<readonly Difference[]> =>
    Promise.all(
      found.map(async ({ call, verdict }) => {
        const request = call.id === undefined ? undefined : await gate.get(call.id);
        return { id: call.id, tool: toolText({ namespace: call.namespace, tool: call.tool }), args: request?.args ?? call.args, verdict };
      }),
    );
  return {
    ...numbers,
    letThrough: await differences(letThrough),
    unedited: await differences(unedited),
    refused: await differences(refused),
  };
}

const ROWS = {
  allowed: "allowed (sampled, weighted)",
  granted: "let through by a grant",
  approved: "approved",
  edited: "edited, then approved",
  rejected: "rejected",
  expired: "expired",
  cancelled: "cancelled",
  pending: "still pending",
} as const;

function linesOf({ calls, counts, signatures, letThrough, unedited, refused }: Shown): readonly Line[] {
  const rows = Object.entries(ROWS).flatMap(([was, label]) => {
    const { allow, ask, deny, invalid } = counts[was as keyof typeof ROWS];
    return allow + ask + deny + invalid === 0 ? [] : [[label, allow, ask, deny, invalid]];
  });
  const head = [`${Math.round(calls)} calls were`, "allow", "ask", "deny", "invalid"];
  const aligned = [head, ...rows].map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? String(cell).padEnd(30) : String(typeof cell === "number" ? Math.round(cell) : cell).padStart(9),
      )
      .join(""),
  );
  const { given, needed, saved } = signatures;
  return [
    ...aligned.map((line, index): Line => (index === 0 ? [{ style: "bold", text: line }] : line)),
    `signatures: ${given} given then, ${Math.round(needed)} needed now, ${saved >= 0 ? `${Math.round(saved)} saved` : `${Math.round(-saved)} more`}`,
    ...listed("rejected by a person, and would have run", letThrough),
    ...listed("changed by a person, and would have run as the model proposed them", unedited),
    ...listed("approved by a person, and would have been refused", refused),
  ];
}

function listed(what: string, found: readonly Difference[]): readonly Line[] {
  if (found.length === 0) return [];
  const lines = found.map(({ id, tool, args }) => ["  ", `${id ?? "-"} ${tool} ${visibleJson(args, 0)}`]);
  return [[{ style: "red", text: `${found.length} ${what}:` }], ...lines];
}

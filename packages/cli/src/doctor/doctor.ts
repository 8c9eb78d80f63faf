import { createGate } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { Command } from "commander";
import { roomOf, type Room } from "../desk.ts";
import { EXIT } from "../exit.ts";
import { explained } from "../failure.ts";
import type { Line, Style } from "../output/output.ts";
import { openStore, storeName } from "../settings/store.ts";
import { agents } from "./agents.ts";
import { freezes } from "./freezes.ts";
import { clock, node } from "./machine.ts";
import { ok, problem, warning, type Finding } from "./finding.ts";
import { policyFindings } from "./policy.ts";
import { records } from "./records.ts";
import { requests } from "./requests.ts";
import { signatures } from "./signatures.ts";
import { threads } from "./threads.ts";
import { writes } from "./writes.ts";

interface DoctorOptions {
  readonly policy?: string;
  readonly module?: string;
}

export function doctor(): Command {
  return new Command("doctor")
    .description("look for what would keep calls from being signed or run, and say what to do; ends with 1 if there is a problem")
    .option("--policy <file>", "the policy file, or a module that exports the policy")
    .option("--module <file>", "the module that exports the agents' runners")
    .action(async (options: DoctorOptions, command: Command) => {
      const room = await roomOf(command);
      const findings = await examine(room, options);
      for (const finding of findings) room.out.result(finding, ...linesOf(finding));
      if (findings.some(({ status }) => status === "problem")) process.exitCode = EXIT.no;
    });
}

const MARKS: { readonly [S in Finding["status"]]: readonly [string, Style] } = {
  ok: ["ok", "green"],
  warning: ["warning", "yellow"],
  problem: ["problem", "red"],
};

function linesOf({ check, status, message, advice }: Finding): readonly Line[] {
  const [word, style] = MARKS[status];
  const line: Line = [{ style, text: word.padEnd(8) }, ` ${check.padEnd(10)} `, message];
  return advice === undefined ? [line] : [line, [" ".repeat(20), `-> ${advice}`]];
}

async function examine(room: Room, { policy, module }: DoctorOptions): Promise<readonly Finding[]> {
  return [...node(), ...(await withStore(room, policy)), ...(await agents(module))];
}

async function withStore(room: Room, policy: string | undefined): Promise<readonly Finding[]> {
  const { config, tenant, out } = room;
  const { store: address, storeModule } = config;
  if (address === undefined && storeModule === undefined) {
    const missing = problem(
      "store",
      "No store is named.",
      'Give --store, set COUNTERSIGN_STORE, or write {"store": "…"} into countersign.json.',
    );
    return [missing, ...(await policyFindings(policy, []))];
  }
  const warnings: Finding[] = [];
  const warn = (message: string): void => void warnings.push(warning("store", message, "The README of the store says more."));
  let store: StorePort | undefined;
  try {
    store = await openStore(address, { warn, module: storeModule });
    await store.now();
    const gate = createGate({ store, tenant, warn });
    const found = [
      ok(
        "store",
        `${storeName(address, storeModule)} answers${store.capabilities.durable ? "" : ", and keeps everything in memory alone"}.`,
      ),
      ok("schema", "The schema fits this version."),
      ...(await writes(store, tenant)),
      ...(await clock(store)),
      ...(await records(gate)),
      ...(await requests(store, tenant, config)),
      ...(await threads(gate)),
      ...(await signatures(gate)),
      ...(await freezes(gate)),
      ...(await policyFindings(policy, (await gate.list({ status: "pending", order: "newest", limit: 1 })).items)),
    ];
    return [...found, ...warnings];
  } catch (error) {
    const { code, message } = explained(error);
    const check = code === "STORE_INCOMPATIBLE" ? "schema" : "store";
    const failed = problem(check, `${storeName(address, storeModule)}: ${message}`, ADVICE[check]);
    return [failed, ...warnings, ...(await policyFindings(policy, []))];
  } finally {
    await store?.close().catch((error: unknown) => out.warn(String(error)));
  }
}

const ADVICE = {
  schema: "Use the version of Countersign that wrote the store, or a newer one. countersign migrate brings an older store up to date.",
  store: "Check the address, and who may use the store. Agents wait until it can be used. Nothing is lost.",
} as const;

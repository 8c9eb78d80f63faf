import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createGate, definePolicy, type ApprovalRequest, type Gate, type Principal } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { postgresStore } from "@countersign/postgres";
import { sqliteStore } from "@countersign/sqlite";
import { testDatabase } from "@countersign/test-run";
import { z } from "zod";
import { command, DYING_AGENT, environment, temporaryFolder, type Ended, type Surroundings } from "./command.ts";
import { PseudoTerminal } from "./pseudo-terminal.ts";

const policy = definePolicy({
  tools: {
    send_payment: {
      args: z.object({ recipient: z.string(), amount: z.number().positive() }),
      ask: ({ args }) => args.amount > 1_000 && "over $1,000",
      review: { roles: ["finance"], remember: ["exact-args"] },
    },
    checked: {
      args: z.object({ recipient: z.string(), amount: z.number() }),
      ask: true,
      review: { roles: ["finance"], confirm: "args.amount" },
    },
    described: {
      ask: true,
      describe: ({ args }) => ({
        title: `Pay ${String(args["to"])} ${String(args["amount"])}`,
        facts: [{ label: "To", value: String(args["to"]) }],
        links: [{ label: "Invoice", url: "https://erp.example/88" }],
        risk: "high",
      }),
    },
    merger: { ask: true, review: { quorum: [{ roles: ["finance"], count: 2 }, { roles: ["cfo"] }], confirm: ["args.of", "args.amount"] } },
    wire: { ask: true, review: { roles: ["finance"], quorum: 2, fourEyes: true } },
    transfer: { args: z.object({ iban: z.string().length(22), amount: z.number() }), ask: true, redact: ["args.iban"] },
    sign_only: { ask: true, review: { decisions: ["approve", "reject"] } },
    invoice: {
      args: z.object({
        recipient: z.string().describe("Who gets the money."),
        amount: z.number().max(10_000),
        memo: z.string().optional(),
        body: z.string().default(""),
      }),
      ask: true,
      review: { roles: ["finance"] },
    },
    paired: {
      args: z.object({ recipient: z.string(), amount: z.number() }),
      ask: true,
      review: { roles: ["finance"], quorum: 2 },
    },
    free_text: { ask: true },
    bill: { ask: true, review: { roles: ["finance"], batch: true } },
  },
});

export const FIONA: Principal = { id: "fiona", roles: ["finance"] };
const AS_FIONA = { COUNTERSIGN_AS: "fiona", COUNTERSIGN_ROLES: "finance" };

/** An agent's store with requests in it, and the command beside it. */
export interface Office {
  readonly home: string;
  /** The store's address, as the command takes it. */
  readonly address: string;
  readonly gate: Gate;
  readonly store: StorePort;
  /** A request that waits. Every call is another one. */
  asked(tool?: string, args?: object, more?: { readonly threadId?: string; readonly requestedBy?: string }): Promise<ApprovalRequest>;
  /** The command in pipes, as fiona unless the environment says otherwise. */
  run(args: readonly string[], surroundings?: Surroundings): Promise<Ended>;
  /** The command at a terminal. It is ended with the office. */
  terminal(args: readonly string[], surroundings?: Surroundings & { readonly columns?: number; readonly rows?: number }): PseudoTerminal;
  /** An editor that puts another amount into the arguments. */
  editor(amount: string): string;
  /** An editor that does this, in JavaScript, with `file`, the `text` in it, and `save(text)`. */
  editing(work: string): string;
  /** An approved request whose execution died in the middle. */
  unknown(): Promise<ApprovalRequest>;
  close(): Promise<void>;
}

/** @param server a PostgreSQL of the test's own, in the place of the one that all share */
export async function officeOn(kind: "sqlite" | "postgres", server?: string): Promise<Office> {
  const folder = temporaryFolder();
  const home = folder.path;
  const database = kind === "postgres" ? (server ?? (await testDatabase())) : undefined;
  const address = database === undefined ? join(home, "countersign.db") : `${database}?schema=office`;
  const store = database === undefined ? sqliteStore(address) : postgresStore({ connectionString: database, schema: "office" });
  const gate = createGate({ policy, store });
  const terminals: PseudoTerminal[] = [];
  const withEnv = <S extends Surroundings>({ env, ...rest }: S = {} as S) => ({
    ...rest,
    env: { COUNTERSIGN_STORE: address, ...AS_FIONA, ...env },
  });
  let count = 0;
  let editors = 0;

  const office: Office = {
    home,
    address,
    gate,
    store,
    async asked(tool = "send_payment", args = { recipient: "Acme Corp", amount: 4_200 }, more = {}) {
      const key = `call-${++count}`;
      const approval = await gate.ask({ threadId: `thread-${count}`, requestedBy: "bob", ...more, key, tool, args });
      if (approval.status !== "pending") throw new Error(`${tool} is ${approval.status}`);
      return approval.request;
    },
    run: (args, surroundings) => command(home, args, withEnv(surroundings)),
    terminal(args, surroundings) {
      const terminal = new PseudoTerminal(home, args, withEnv(surroundings));
      terminals.push(terminal);
      return terminal;
    },
    editor(amount) {
      return office.editing(`save(text.replace(/^amount: .*$/m, ${JSON.stringify(`amount: ${amount}`)}));`);
    },
    editing(work) {
      const script = join(home, `editor-${++editors}.mjs`);
      writeFileSync(
        script,
        `import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
const file = process.argv.at(-1);
const text = readFileSync(file, "utf8");
const save = (changed) => writeFileSync(file, changed);
${work}\n`,
      );
      return `"${process.execPath}" "${script}"`;
    },
    async unknown() {
      const request = await office.asked();
      await gate.decide(request, { type: "approve" }, { by: FIONA });
      const child = spawn(process.execPath, [DYING_AGENT, address, request.id], { env: environment(home), stdio: "inherit" });
      await once(child, "exit");
      // The lease of whoever died has to lapse.
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      return request;
    },
    async close() {
      for (const terminal of terminals) terminal.kill();
      await store.close();
      folder.remove();
    },
  };
  return office;
}

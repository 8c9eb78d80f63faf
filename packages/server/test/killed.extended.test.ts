import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createGate, definePolicy, type Store } from "@countersign/core";
import { postgresStore } from "@countersign/postgres";
import { startPostgres } from "@countersign/postgres-server";
import { sqliteStore } from "@countersign/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { createClient, type Client } from "../src/client.ts";

const PROGRAM = join(import.meta.dirname, "children/server-process.ts");
const ROUNDS = 2;
const AT_ONCE = 8;
const policy = definePolicy({ tools: { pay: { ask: true, review: { roles: ["finance"], batch: true } } } });
const decision = { type: "approve" } as const;

async function started(place: string): Promise<{ readonly child: ChildProcess; readonly client: Client }> {
  const child = spawn(process.execPath, [PROGRAM, place], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  return { child, client: createClient({ baseUrl: `http://127.0.0.1:${port.toString().trim()}`, key: "fiona" }) };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

interface Place {
  readonly address: string;
  readonly store: Store;
  end(): Promise<void>;
}

function file(): Place {
  const folder = mkdtempSync(join(tmpdir(), "countersign-killed-"));
  const address = join(folder, "store.db");
  return { address, store: sqliteStore(address), end: async () => rmSync(folder, { recursive: true }) };
}

async function database(): Promise<Place> {
  const server = await startPostgres();
  return { address: server.url, store: postgresStore({ connectionString: server.url, max: 4 }), end: () => server.stop() };
}

test.for([["SQLite", async () => file()] as const, ["PostgreSQL", database] as const])(
  "a server on %s is killed between request and answer: each decision is there or isn't, and asking again tells which",
  { timeout: 30_000 },
  async ([, open]) => {
    const { address, store, end } = await open();
    const children: ChildProcess[] = [];
    onTestFinished(async () => {
      await Promise.all(children.map(killed));
      await store.close();
      await end();
    });
    const gate = createGate({ store, policy, warn: () => {} });
    let server = await started(address);
    children.push(server.child);
    for (let round = 0; round < ROUNDS; round++) {
      const asked = await Promise.all(
        Array.from({ length: AT_ONCE }, async (_, n) => {
          const approval = await gate.ask({ threadId: `t${round}`, key: `${round}-${n}`, tool: "pay", args: { amount: n } });
          if (approval.status !== "pending") throw new Error(`It is ${approval.status}.`);
          return { id: approval.id, digest: approval.request.proposal.digest };
        }),
      );
      const { client, child } = server;
      await client.getMe();
      const isTogether = round % 2 === 1;
      const answers = isTogether
        ? Promise.allSettled([client.decideTogether({ items: asked, decision })])
        : Promise.allSettled(asked.map(({ id, digest }) => client.decide(id, { digest, decision })));
      await sleep(Math.random() * 40);
      await killed(child);
      const settled = await answers;
      const after = await Promise.all(asked.map(({ id }) => gate.get(id)));
      server = await started(address);
      children.push(server.child);
      // Whatever was answered holds.
      for (const [n, request] of after.entries()) {
        if (settled[isTogether ? 0 : n]?.status === "fulfilled") expect(request?.status).toBe("approved");
        expect(request?.decisions.length).toBe(request?.status === "approved" ? 1 : 0);
      }
      if (isTogether) {
        // One after the other: none was left out.
        const statuses = after.map((request) => request?.status);
        expect(statuses.lastIndexOf("approved")).toBe(statuses.filter((status) => status === "approved").length - 1);
        const { items } = await server.client.decideTogether({ items: asked, decision });
        expect(items.map(({ status }) => status)).toEqual(asked.map(() => 200));
      }
      for (const { id, digest } of asked) {
        expect(await server.client.decide(id, { digest, decision })).toMatchObject({
          request: { status: "approved", decisions: [{ by: { id: "fiona" } }] },
        });
        const history = await server.client.getHistory(id);
        expect(history.items.map(({ type }) => type)).toEqual(["asked", "approved"]);
      }
    }
    expect(await gate.verify()).not.toHaveProperty("unreadable");
  },
);

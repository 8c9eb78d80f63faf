// Many decide at once, over two servers on one store, and answers get lost: what is asked again tells what holds.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGate, definePolicy, type ApprovalRequest } from "@countersign/core";
import type { StorePort } from "@countersign/core/store";
import { sqliteStore } from "@countersign/sqlite";
import { expect, onTestFinished, test } from "vitest";
import { createClient, type Client } from "../src/client.ts";
import { createServer, type ServerOptions } from "../src/index.ts";

const policy = definePolicy({ tools: { pay: { ask: true, review: { roles: ["finance"], quorum: 3 } } } });
const APPROVE = { type: "approve" } as const;

/** A server on a file, with a store of its own that fails as a test says. Everybody with a key is in finance. */
function serverOn(file: string, trouble: Partial<StorePort> = {}, options: Partial<ServerOptions> = {}) {
  const store = sqliteStore(file);
  onTestFinished(() => store.close());
  const troubled = new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(name in trouble ? trouble : target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const server = createServer({
    gate: createGate({ store: troubled, warn: () => {} }),
    hosts: ["approvals.example"],
    authenticate: ({ headers }) => ({ id: headers.get("authorization")?.slice("Bearer ".length) ?? "", roles: ["finance"] }),
    onError: () => {},
    ...options,
  });
  const fetch: typeof globalThis.fetch = (input, init) => server.fetch(new Request(input, init));
  return { store, client: (key: string): Client => createClient({ baseUrl: "https://approvals.example", key, fetch }) };
}

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-races-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "store.db");
}

async function asked(store: StorePort): Promise<ApprovalRequest> {
  const approval = await createGate({ store, policy, warn: () => {} }).ask({
    threadId: "t",
    key: crypto.randomUUID(),
    tool: "pay",
    args: {},
  });
  if (approval.status !== "pending") throw new Error(`It is ${approval.status}.`);
  return approval.request;
}

test("of twenty who sign at once, each from two tabs, as many sign as it takes, each once", async () => {
  const path = file();
  const servers = [serverOn(path), serverOn(path)] as const;
  const { id, proposal } = await asked(servers[0].store);
  const deciding = { digest: proposal.digest, decision: APPROVE };
  const tabs = Array.from({ length: 20 }, (_, n) => servers.map(({ client }) => client(`person-${n}`).decide(id, deciding))).flat();
  const settled = await Promise.allSettled(tabs);
  const { request } = await servers[1].client("anybody").getRequest(id);
  expect(request.status).toBe("approved");
  const signers = request.decisions.map(({ by }) => by.id);
  expect(new Set(signers).size).toBe(3);
  for (const [n, each] of settled.entries()) {
    const isSigner = signers.includes(`person-${Math.floor(n / 2)}`);
    if (isSigner) expect(each).toMatchObject({ status: "fulfilled" });
    else expect(each).toMatchObject({ status: "rejected", reason: { code: "ALREADY_DECIDED" } });
  }
  const { items } = await servers[0].client("anybody").getHistory(id);
  expect(items.map(({ type }) => type)).toEqual(["asked", "voted", "voted", "approved"]);
});

test("a decision that was answered too late is there when it is asked again, once", async () => {
  const trouble: Partial<StorePort> = {};
  const { store, client } = serverOn(file(), trouble, { limits: { answerWithin: 50 } });
  const { id, proposal } = await asked(store);
  const { promise: late, resolve: goOn } = Promise.withResolvers<void>();
  const { promise: committed, resolve: isCommitted } = Promise.withResolvers<void>();
  trouble.commit = async (batch) => {
    await late;
    const answer = await store.commit(batch);
    isCommitted();
    return answer;
  };
  const deciding = { digest: proposal.digest, decision: APPROVE };
  await expect(client("fiona").decide(id, deciding)).rejects.toMatchObject({ code: "NO_ANSWER", status: 504 });
  delete trouble.commit;
  // Asked again before the first has been written, and after.
  expect((await client("fiona").decide(id, deciding)).request.decisions).toHaveLength(1);
  goOn();
  await committed;
  const { request } = await client("fiona").decide(id, deciding);
  expect(request.decisions.map(({ by }) => by.id)).toEqual(["fiona"]);
  expect((await client("fiona").getHistory(id)).items.map(({ type }) => type)).toEqual(["asked", "voted"]);
});

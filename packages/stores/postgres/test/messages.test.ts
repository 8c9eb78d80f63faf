// What a person reads whom the server, or the network, has refused: what is wrong, what to do, and no secret.
import { approve, createGate, definePolicy } from "@countersign/core";
import { startPostgres } from "@countersign/postgres-server";
import { afterAll, expect, test } from "vitest";
import { postgresStore } from "../src/index.ts";
import { agentUrl, failure, GRANTS, newSchema, openStore, query, urlOf } from "./setting.ts";

const server = await startPostgres();
afterAll(() => server.stop());

const SECRET = "hunter2-secret";
await query(server.url, `CREATE ROLE app LOGIN PASSWORD '${SECRET}'; GRANT CREATE ON DATABASE postgres TO app`);
await query(server.url, `CREATE ROLE guest LOGIN PASSWORD '${SECRET}'`);
const owner = postgresStore({ connectionString: server.url });
await owner.now();
await owner.close();
await query(server.url, GRANTS);
const app = urlOf(server.url, { username: "app", password: SECRET });
const guest = urlOf(server.url, { username: "guest", password: SECRET });

async function said(url: string, options: object = {}): Promise<string> {
  await using store = postgresStore({ connectionString: url, schema: newSchema(), ...options });
  const { error } = await failure(store.now());
  expect(JSON.stringify([String(error), (error as { details: unknown }).details])).not.toContain(SECRET);
  return (error as Error).message;
}

// Side by side: who may come back is waited for.
test.concurrent.each<[string, string, object, string]>([
  ["a wrong password", urlOf(app, { password: `not ${SECRET}` }), {}, 'The store can\'t do this: wrong user or password. Check both in the address. The server says: password authentication failed for user "app".'], // prettier-ignore
  ["no password", urlOf(app, { password: "" }), {}, "The store can't do this: the server asks for a password, and the address has none. Add one, or set PGPASSWORD."], // prettier-ignore
  ["no such database", urlOf(app, { pathname: "/nothing" }), {}, 'The store can\'t do this: there is no such database. Create it first: the store makes its schema, not its database. The server says: database "nothing" does not exist.'], // prettier-ignore
  [
    "TLS where there is none",
    app,
    { ssl: true },
    "The store can't do this: the server has no TLS (SSL). Leave `ssl` out, or turn it on there.",
  ],
  ["an unknown host", app.replace("127.0.0.1", "no-such-host.invalid"), {}, "The store did not answer. Trying again is safe. There is no host of that name ("], // prettier-ignore
  ["nobody there", urlOf(app, { port: "1" }), {}, "The store did not answer. Trying again is safe. Nothing listens there (connect ECONNREFUSED 127.0.0.1:1). Start the server, or check host and port in the address."], // prettier-ignore
  ["a role that may not make the schema", guest, {}, 'There is no store there yet. This role may not make "s_'],
  ["no schema, and none shall be made", app, { schema: "typo", create: false }, 'There is no store in schema "typo" of this database. Check the name. To make a store there, run countersign migrate, or leave out create: false.'], // prettier-ignore
])("%s", async (_, url, options, message) => {
  expect((await said(url, options)).slice(0, message.length)).toBe(message);
});

test("a role without rights: on the schema, and to sign", async () => {
  const { error } = await failure(openStore(guest).now());
  expect((error as Error).message).toBe(
    "The store can't do this: this role may not do that. Give it the grants in the README of @countersign/postgres, or connect with another role. " +
      "The server says: permission denied for schema countersign.",
  );
  const gate = createGate({ policy: definePolicy({ tools: { pay: "ask" } }), store: openStore(agentUrl(server.url)) });
  const asked = await gate.ask({ threadId: "t", tool: "pay", args: {}, key: "k" });
  if (asked.status !== "pending") throw new Error(asked.status);
  const refused = await failure(gate.decide(asked.request, approve(), { by: { id: "alice" } }));
  expect((refused.error as Error).message).toMatch(
    /^The store can't do this: this is the role of an agent\. Decide with a reviewer's role\. The server says: this role may ask and execute, but not sign/,
  );
});

test("a schema that was dropped while the store was open", async () => {
  const schema = newSchema();
  const store = openStore(app, { schema });
  await store.now();
  await query(server.url, `DROP SCHEMA "${schema}" CASCADE`);
  const { error } = await failure(store.commit({ tenant: "default", changes: [], events: [] }));
  expect((error as Error).message).toBe(
    `The store can't do this: the schema is gone. Check its name, or run countersign migrate. The server says: schema "${schema}" does not exist.`,
  );
});

test("a store that was closed", async () => {
  const store = openStore(app, { schema: newSchema() });
  await store.close();
  expect(((await failure(store.now())).error as Error).message).toMatch(/^The store was closed/);
});

test.each(["postgres://localhost/x", null, { connectionString: "" }, { connectionString: 5 }])("%j are no options", (options) => {
  expect(() => postgresStore(options as never)).toThrow("Pass options: postgresStore({ connectionString: process.env.DATABASE_URL }).");
});

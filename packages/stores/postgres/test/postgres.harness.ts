import { createHash } from "node:crypto";
import type { StoreHarness } from "@countersign/conformance";
import pg from "pg";
import { postgresStore } from "../src/index.ts";

/** Each location is a schema of its own on the server that the environment names; whoever runs the suite starts one. */
export default {
  durable: true,
  shared: true,
  listsGrants: true,
  open: async (location) => postgresStore({ ...placeOf(location), max: 4 }),
  async damage(location, id) {
    const [table, column, own] = placeIn(id);
    const { connectionString, schema } = placeOf(location);
    const client = new pg.Client({ connectionString });
    await client.connect();
    await client.query(`UPDATE "${schema}".${table} SET ${column} = '{"id":' WHERE tenant = 'default' AND id = $1`, [own]);
    await client.end();
  },
} satisfies StoreHarness;

function placeOf(location: string): { readonly connectionString: string; readonly schema: string } {
  const connectionString = process.env["COUNTERSIGN_POSTGRES"];
  if (!connectionString) throw new Error("COUNTERSIGN_POSTGRES is not set: the URL of a PostgreSQL server for the tests.");
  return { connectionString, schema: `s_${createHash("sha256").update(location).digest("hex").slice(0, 32)}` };
}

/** Table, column and id of what is to be damaged. */
function placeIn(id: string): readonly [table: string, column: string, own: string] {
  const [kind, ...rest] = id.split("/");
  if (kind === "thread") return ["threads", "record", rest.join("/")];
  return kind === "document" ? ["documents", "body", rest.slice(1).join("/")] : ["requests", "record", id];
}

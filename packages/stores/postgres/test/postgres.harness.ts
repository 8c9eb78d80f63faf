import { createHash } from "node:crypto";
import type { StoreHarness } from "@countersign/conformance";
import { postgresStore } from "../src/index.ts";

/** Each location is a schema of its own on the server that the environment names; whoever runs the suite starts one. */
export default {
  durable: true,
  shared: true,
  listsGrants: true,
  open: async (location) => {
    const connectionString = process.env["COUNTERSIGN_POSTGRES"];
    if (!connectionString) throw new Error("COUNTERSIGN_POSTGRES is not set: the URL of a PostgreSQL server for the tests.");
    const schema = `s_${createHash("sha256").update(location).digest("hex").slice(0, 32)}`;
    return postgresStore({ connectionString, schema, max: 4 });
  },
} satisfies StoreHarness;

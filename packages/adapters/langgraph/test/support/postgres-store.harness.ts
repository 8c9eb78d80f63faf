import type { StoreHarness } from "@countersign/conformance";
import { postgresStore } from "@countersign/postgres";
import { schemaOf, serverUrl } from "./on-postgres.ts";

/** Countersign's records beside LangGraph's checkpoints, in one database. */
export default {
  durable: true,
  shared: true,
  open: async (location) => postgresStore({ connectionString: serverUrl(), schema: schemaOf("store", location), max: 4 }),
} satisfies StoreHarness;

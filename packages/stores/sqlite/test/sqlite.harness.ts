import { DatabaseSync } from "node:sqlite";
import type { StoreHarness } from "@countersign/conformance";
import { sqliteStore } from "../src/index.ts";

export default {
  durable: true,
  shared: true,
  listsGrants: true,
  open: async (location) => sqliteStore(location),
  async damage(location, id) {
    const [table, own] = id.startsWith("thread/") ? ["threads", id.slice("thread/".length)] : ["requests", id];
    const file = new DatabaseSync(location);
    file.prepare(`UPDATE ${table} SET record = '{"id":' WHERE tenant = 'default' AND id = ?`).run(own);
    file.close();
  },
} satisfies StoreHarness;

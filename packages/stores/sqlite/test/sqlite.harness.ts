import { DatabaseSync } from "node:sqlite";
import type { StoreHarness } from "@countersign/conformance";
import { sqliteStore } from "../src/index.ts";

export default {
  durable: true,
  shared: true,
  listsGrants: true,
  open: async (location) => sqliteStore(location),
  async damage(location, requestId) {
    const file = new DatabaseSync(location);
    file.prepare(`UPDATE requests SET record = '{"id":' WHERE tenant = 'default' AND id = ?`).run(requestId);
    file.close();
  },
} satisfies StoreHarness;

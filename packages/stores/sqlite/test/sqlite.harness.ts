import { DatabaseSync } from "node:sqlite";
import type { StoreHarness } from "@countersign/conformance";
import { sqliteStore } from "../src/index.ts";

export default {
  durable: true,
  shared: true,
  listsGrants: true,
  open: async (location) => sqliteStore(location),
  async damage(location, id) {
    const [table, column, own] = placeIn(id);
    const file = new DatabaseSync(location);
    file.prepare(`UPDATE ${table} SET ${column} = '{"id":' WHERE tenant = 'default' AND id = ?`).run(own);
    file.close();
  },
} satisfies StoreHarness;

/** Table, column and id of what is to be damaged. */
function placeIn(id: string): readonly [table: string, column: string, own: string] {
  const [kind, ...rest] = id.split("/");
  if (kind === "thread") return ["threads", "record", rest.join("/")];
  return kind === "document" ? ["documents", "body", rest.slice(1).join("/")] : ["requests", "record", id];
}

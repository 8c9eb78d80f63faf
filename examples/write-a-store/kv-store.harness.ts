import { appendFile } from "node:fs/promises";
import type { StoreHarness } from "@countersign/conformance";
import { keys } from "./keys.ts";
import { kvStore } from "./kv-store.ts";

/** The suite loads this module in every process that it starts. */
export default {
  durable: true,
  shared: false,
  open: async (location) => kvStore(location),
  damage: (location, id) => appendFile(location, `${JSON.stringify([[keys.request("default", id), '{"id":']])}\n`),
} satisfies StoreHarness;

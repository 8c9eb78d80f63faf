import { appendFile } from "node:fs/promises";
import type { StoreHarness } from "@countersign/conformance";
import { keys } from "./keys.ts";
import { kvStore } from "./kv-store.ts";

/** The suite loads this module in every process that it starts. */
export default {
  durable: true,
  shared: false,
  open: async (location) => kvStore(location),
  damage: (location, id) => {
    const place = id.startsWith("thread/") ? keys.thread("default", id.slice("thread/".length)) : keys.request("default", id);
    return appendFile(location, `${JSON.stringify([[place, '{"id":']])}\n`);
  },
} satisfies StoreHarness;

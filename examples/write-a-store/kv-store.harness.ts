import type { StoreHarness } from "@countersign/conformance";
import { kvStore } from "./kv-store.ts";

/** The suite loads this module in every process that it starts. */
export default { durable: true, shared: false, open: async (location) => kvStore(location) } satisfies StoreHarness;

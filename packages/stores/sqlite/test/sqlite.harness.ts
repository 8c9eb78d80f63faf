import type { StoreHarness } from "@countersign/conformance";
import { sqliteStore } from "../src/index.ts";

export default { durable: true, shared: true, listsGrants: true, open: async (location) => sqliteStore(location) } satisfies StoreHarness;

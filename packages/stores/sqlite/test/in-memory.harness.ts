import type { StoreHarness } from "@countersign/conformance";
import { sqliteStore } from "../src/index.ts";

export default { durable: false, shared: false, listsGrants: true, open: async () => sqliteStore(":memory:") } satisfies StoreHarness;

import type { StoreHarness } from "@countersign/conformance";
import { memoryStore } from "../src/index.ts";

export default { durable: false, shared: false, listsGrants: true, open: async () => memoryStore() } satisfies StoreHarness;

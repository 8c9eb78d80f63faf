import { testStoreSuite } from "@countersign/store-tests/suite";

await testStoreSuite(new URL("./sqlite.harness.ts", import.meta.url), new URL("./in-memory.harness.ts", import.meta.url));

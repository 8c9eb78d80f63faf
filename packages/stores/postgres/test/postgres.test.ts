import { testStoreSuite } from "@countersign/store-tests/suite";
import { testDatabase } from "@countersign/test-run";

process.env["COUNTERSIGN_POSTGRES"] = await testDatabase();

await testStoreSuite(new URL("./postgres.harness.ts", import.meta.url));

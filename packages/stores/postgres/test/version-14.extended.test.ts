// The whole suite once more on the oldest server that is supported. postgres.test.ts has the newest.
import { testStoreSuite } from "@countersign/store-tests/suite";
import { testDatabase } from "@countersign/test-run";

process.env["COUNTERSIGN_POSTGRES"] = await testDatabase(14);

await testStoreSuite(new URL("./postgres.harness.ts", import.meta.url));

import { testShapes } from "@countersign/adapter-tests/shapes";
import { testDatabase } from "@countersign/test-run";

process.env["COUNTERSIGN_POSTGRES"] = await testDatabase();

await testShapes(import.meta.url, ["postgres"], { store: new URL("./support/postgres-store.harness.ts", import.meta.url) });

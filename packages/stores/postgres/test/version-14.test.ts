// The whole suite once more on the oldest server that is supported. postgres.test.ts has the newest.
import { testStore } from "@countersign/conformance";
import { startPostgres } from "@countersign/postgres-server";
import { afterAll } from "vitest";

const server = await startPostgres({ version: 14 });
process.env["COUNTERSIGN_POSTGRES"] = server.url;
afterAll(() => server.stop());

testStore(new URL("./postgres.harness.ts", import.meta.url));

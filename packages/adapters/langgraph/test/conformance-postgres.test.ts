import { testAdapter } from "@countersign/conformance";
import { startPostgres } from "@countersign/postgres-server";
import { afterAll } from "vitest";

const server = await startPostgres();
process.env["COUNTERSIGN_POSTGRES"] = server.url;
afterAll(() => server.stop());

testAdapter(new URL("./postgres.harness.ts", import.meta.url));

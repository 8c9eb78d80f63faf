import { startPostgres, type PostgresServer } from "@countersign/postgres-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crewAt } from "./crew.ts";
import { testWorkers } from "./workers.ts";

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

await testWorkers("PostgreSQL", () => server.url);

describe("a worker whose database goes away", () => {
  it("complains once, and goes on by itself when it is back", async (context) => {
    const { hire, ask, sign, thread, until } = crewAt(server.url, context);
    const worker = await hire({ warns: true, patient: true, sweepEvery: "200ms" });
    const request = await ask("t");
    await server.kill();
    // The store itself waits for 5 s before it gives up.
    await until("a complaint", () => worker.said.some((word) => "warning" in word));
    await new Promise((resolve) => setTimeout(resolve, 7_000));
    await server.start();
    await sign(request);
    await until("resumed", async () => (await thread("t"))?.state === "closed");
    expect(worker.said.filter((word) => "warning" in word)).toEqual([{ warning: expect.stringContaining("The store did not answer.") }]);
  });
});

import { postgresStore } from "@countersign/postgres";
import { startPostgres } from "@countersign/postgres-server";
import { afterAll } from "vitest";
import { agentUrl, GRANTS, query, reviewerUrl } from "./setting.ts";

/** A server whose schema the owner has made, and the stores of the roles that the README grants. They end with the file's tests. */
export async function threeRoles() {
  const server = await startPostgres();
  const owner = postgresStore({ connectionString: server.url });
  await owner.now();
  await query(server.url, GRANTS);
  const agent = postgresStore({ connectionString: agentUrl(server.url) });
  const reviewer = postgresStore({ connectionString: reviewerUrl(server.url) });
  afterAll(async () => {
    await Promise.all([owner.close(), agent.close(), reviewer.close()]);
    await server.stop();
  });
  return { server, owner, agent, reviewer };
}

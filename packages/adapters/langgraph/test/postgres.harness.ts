import { gatedAgent } from "./support/gated-agent.ts";
import { nestedTool } from "./support/nested-tool.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";
import { postgresSaver } from "./support/on-postgres.ts";

/** createAgent with approvalMiddleware, checkpoints and records in PostgreSQL. */
export default {
  ...neutralAdapter("createAgent on PostgreSQL", gatedAgent, nestedTool, { ungated: false, checks: true }, postgresSaver),
  store: new URL("./support/postgres-store.harness.ts", import.meta.url),
};

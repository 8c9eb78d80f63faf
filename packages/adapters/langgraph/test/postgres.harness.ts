import { approvalMiddleware } from "@countersign/langgraph";
import { createAgent } from "langchain";
import { middlewareAround } from "./support/around.ts";
import { nestedTool } from "./support/nested-tool.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";
import { postgresSaver } from "./support/on-postgres.ts";

/** createAgent with approvalMiddleware, checkpoints and records in PostgreSQL. */
export default {
  ...neutralAdapter(
    "createAgent on PostgreSQL",
    ({ gate, model, tools, checkpointer, around }) =>
      createAgent({
        model,
        tools,
        ...(checkpointer ? { checkpointer } : {}),
        middleware: [approvalMiddleware(gate), ...(around ? [middlewareAround(around)] : [])],
      }) as never,
    nestedTool,
    // One gate stands around all tools of such an agent.
    { ungated: false },
    postgresSaver,
  ),
  store: new URL("./support/postgres-store.harness.ts", import.meta.url),
};

import { approvalMiddleware } from "@countersign/langgraph";
import { createAgent } from "langchain";
import { nestedTool } from "./support/nested-tool.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";

/** Today's way: createAgent with approvalMiddleware. */
export default neutralAdapter(
  "createAgent",
  ({ gate, model, tools, checkpointer }) =>
    createAgent({ model, tools, ...(checkpointer ? { checkpointer } : {}), middleware: [approvalMiddleware(gate)] }) as never,
  nestedTool,
  // One gate stands around all tools of such an agent.
  { ungated: false },
);

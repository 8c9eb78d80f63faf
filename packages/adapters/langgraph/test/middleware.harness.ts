import { approvalMiddleware } from "@countersign/langgraph";
import { createAgent } from "langchain";
import { middlewareAround } from "./support/around.ts";
import { nestedTool } from "./support/nested-tool.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";

/** Today's way: createAgent with approvalMiddleware. */
export default neutralAdapter(
  "createAgent",
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
);

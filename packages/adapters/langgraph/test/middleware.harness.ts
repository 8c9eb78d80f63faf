import { gatedAgent } from "./support/gated-agent.ts";
import { nestedTool } from "./support/nested-tool.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";

/** Today's way: createAgent with approvalMiddleware. */
export default neutralAdapter("createAgent", gatedAgent, nestedTool, { ungated: false, checks: true });

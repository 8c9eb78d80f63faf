import { gatedReactAgent } from "./support/gated-react-agent.ts";
import { nestedTool } from "./support/nested-tool.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";

/** createReactAgent with gateTools, all calls of a turn in one task: a plain ToolNode. It skips calls whose id it has answered before. */
export default neutralAdapter("gateTools v1", (parts) => gatedReactAgent("v1", parts), nestedTool, {
  repeatedIds: false,
});

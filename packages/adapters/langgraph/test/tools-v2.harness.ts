import { gatedReactAgent } from "./support/gated-react-agent.ts";
import { nestedTool } from "./support/nested-tool.ts";
import { neutralAdapter } from "./support/neutral-adapter.ts";

/** createReactAgent with gateTools, each call a task of its own. */
export default neutralAdapter("gateTools v2", (parts) => gatedReactAgent("v2", parts), nestedTool);

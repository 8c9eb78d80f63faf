import type { AdapterHarness } from "@countersign/conformance";
import { CAPABILITIES } from "./support/capabilities.ts";
import { oldest, withOldest } from "./support/oldest.ts";

/** Where the agent runs, and nowhere else: whoever only reads this module keeps the versions that it has. */
async function harness(): Promise<AdapterHarness> {
  const [{ gatedReactAgent }, { nestedTool }, { neutralAdapter }] = await withOldest(() =>
    Promise.all([import("./support/gated-react-agent.ts"), import("./support/nested-tool.ts"), import("./support/neutral-adapter.ts")]),
  );
  return neutralAdapter("gateTools v2", (parts) => gatedReactAgent("v2", parts), nestedTool);
}

/** createReactAgent with gateTools on the oldest versions that the adapter supports. */
export default {
  framework: "LangGraph, gateTools v2",
  version: oldest.version,
  capabilities: CAPABILITIES,
  async open(scenario, gate, dir) {
    const { open } = await harness();
    const { assertOldest } = await withOldest(() => import("./support/assert-oldest.ts"));
    await assertOldest(gate);
    return open(scenario, gate, dir);
  },
} satisfies AdapterHarness;

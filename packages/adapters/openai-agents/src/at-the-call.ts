import { refuseUngated } from "@countersign/core/adapter";
import type { RunContext, Runner } from "@openai/agents";
import { offered } from "./gated.ts";
import { hasOthers } from "./offers.ts";

type Guard = Parameters<typeof refuseUngated>[0];

const watched = new WeakSet<Runner>();
/** By the SDK's own context object of a run: a tool's body may run other agents with the same Runner. */
const guards = new WeakMap<RunContext, Guard>();

/** From now on tools of this run are held to it as they are called. */
export function holdTo(guard: Guard, context: RunContext): void {
  guards.set(context, guard);
}

/**
 * Some tools only the SDK sees, and only when it calls them: of an agent that a handoff made up, or that a class of the
 * application's adds. @throws SETUP, from the hook: the tool does not run
 */
export function watchCalls(sdk: Runner): void {
  if (watched.has(sdk)) return;
  watched.add(sdk);
  sdk.on("agent_tool_start", (context, agent, tool) => {
    const guard = guards.get(context);
    const isAllowed = hasOthers(agent) && !agent.tools.includes(tool);
    if (guard && !isAllowed) refuseUngated(guard, [{ of: `agent ${agent.name}`, tools: [offered(tool)] }]);
  });
}

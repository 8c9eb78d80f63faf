import type { AgentInputItem, Session } from "@openai/agents";

/**
 * A run that goes on from its pause for the second time, because the first one died, writes its results again. The session
 * then has them already.
 */
export function withoutRepeats(session: Session): Session {
  const addItems: Session["addItems"] = async (items) => {
    const there = await session.getItems();
    const fresh = items.filter((item) => !isAnswered(there, item));
    if (fresh.length > 0) await session.addItems(fresh);
  };
  // A session may have private fields and ways of its own, which the SDK looks for.
  return new Proxy(session, {
    get(target, key) {
      if (key === "addItems") return addItems;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Is this the result of a call that has one? Models use call ids again: only what follows the last such call answers it. */
function isAnswered(there: readonly AgentInputItem[], item: AgentInputItem): boolean {
  if (item.type !== "function_call_result") return false;
  const call = there.findLastIndex((each) => each.type === "function_call" && each.callId === item.callId);
  return call >= 0 && there.slice(call + 1).some((each) => each.type === "function_call_result" && each.callId === item.callId);
}

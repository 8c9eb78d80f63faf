import { isRunContextAwareSession, RunContext, type AgentInputItem, type RunContextAwareSession, type Session } from "@openai/agents";
import { callIdOf, type CallItem } from "../turn.ts";
import { answers, isCall, openCalls } from "./pairs.ts";

/**
 * A run that goes on from its pause for the second time, because the first one died, writes its results again. The session
 * then has them already.
 */
export function withoutRepeats(session: Session): Session {
  const aware = session as RunContextAwareSession;
  const addItems: RunContextAwareSession["addItems"] = async (items, ...run) => {
    const there = await aware.getItems(undefined, ...run);
    const fresh = items.filter((item) => !isRepeated(there, answers(item)));
    if (fresh.length > 0) await aware.addItems(fresh, ...run);
  };
  return instead(session, { addItems });
}

/** For whoever has no run of the SDK at hand: some sessions are told for which run they are asked. */
export function outsideRun(session: Session, context: unknown): Session {
  if (!isRunContextAwareSession(session)) return session;
  const run = new RunContext(context);
  return instead(session, {
    getItems: (limit, of = run) => session.getItems(limit, of),
    addItems: (items, of = run) => session.addItems(items, of),
    popItem: (of = run) => session.popItem(of),
  });
}

function instead(session: Session, ways: Partial<RunContextAwareSession>): Session {
  // A session may have private fields and ways of its own, which the SDK looks for.
  return new Proxy(session, {
    get(target, key) {
      if (Object.hasOwn(ways, key)) return (ways as Readonly<Record<PropertyKey, unknown>>)[key];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? (...given: unknown[]): unknown => Reflect.apply(value, target, given) : value;
    },
  });
}

/**
 * An earlier run of this input died, after the session had got what came of it: that is taken out again, or the model
 * would find the input twice. What others have put in since stays, and so does an earlier exchange that was finished.
 */
export async function rewind(session: Session, input: readonly AgentInputItem[]): Promise<void> {
  const there = await session.getItems();
  const at = unfinishedAt(there, input);
  for (let left = at < 0 ? 0 : there.length - at; left > 0; left--) await session.popItem();
}

/** Where an exchange stands that this input has begun, and that is the last one and not finished. -1: nowhere. */
export function unfinishedAt(there: readonly AgentInputItem[], input: readonly AgentInputItem[]): number {
  const [first] = input;
  const at = first ? there.findLastIndex((item) => isSaid(item) && contentOf(item) === contentOf(first)) : -1;
  const after = there.slice(at + input.length);
  const unfinished = after.length === 0 || openCalls(after).length > 0;
  return unfinished && !after.some(isSaid) ? at : -1;
}

/** Not by the model. */
function isSaid(item: AgentInputItem): boolean {
  return "role" in item && item.role !== "assistant";
}

/** A text and a message of this one text are the same. */
function contentOf(item: AgentInputItem): string {
  const content: unknown = "content" in item ? item.content : undefined;
  return JSON.stringify(typeof content === "string" ? [{ type: "input_text", text: content }] : content);
}

/** Has this call its answer there? Models use call ids again: only what follows the last such call answers it. */
function isRepeated(items: readonly AgentInputItem[], id: string | undefined): boolean {
  const call = items.findLastIndex((item) => isCall(item as CallItem) && callIdOf(item as CallItem) === id);
  return call >= 0 && items.slice(call + 1).some((item) => answers(item) === id);
}

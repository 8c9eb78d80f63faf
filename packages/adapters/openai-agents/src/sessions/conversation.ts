import type { SavedRun } from "@countersign/core/adapter";
import type { AgentInputItem } from "@openai/agents";
import type { Settings } from "../per-run.ts";
import { fromContinuation, type Saved } from "../saved.ts";
import { conversationIn, itemsOf, type Input } from "./history.ts";
import { keptServer } from "./server.ts";
import { unfinishedAt } from "./session.ts";

/**
 * The conversation as it is on record, with an input that nothing came of so far. Where the provider keeps it: what the last
 * run put in, and what came of it.
 * @throws STATE_INCOMPATIBLE, SETUP, and what the session throws
 */
export async function conversationOf(
  { thread, continuation, input }: SavedRun,
  settingsFor: (thread: object) => Promise<Settings>,
): Promise<AgentInputItem[]> {
  if (!thread) return [];
  const saved = fromContinuation(continuation);
  const open = input === undefined ? [] : itemsOf(input as Input);
  const { session } = keptServer(saved) ? {} : await settingsFor(thread);
  const there = session ? await session.getItems() : keptIn(saved);
  return session && unfinishedAt(there, open) >= 0 ? there : [...there, ...open];
}

function keptIn(saved: Saved | undefined): AgentInputItem[] {
  if (saved?.type === "stopped") return conversationIn(saved.state);
  return [...(saved?.said ?? saved?.items ?? [])];
}

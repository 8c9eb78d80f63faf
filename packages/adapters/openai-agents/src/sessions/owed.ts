import type { Thread } from "@countersign/core/adapter";
import type { Settings } from "../per-run.ts";
import type { Saved, Server } from "../saved.ts";
import { answersTo } from "../told.ts";
import { conversationIn, itemsOf, type Input } from "./history.ts";
import { isSame, keptServer, serverIn, unsentIn } from "./server.ts";

/** What comes before the next input, with an answer to every call that was left open. A session is told at once. */
export async function owed(
  thread: Thread,
  settings: Settings,
  saved: Saved | undefined,
): Promise<Extract<Saved, { readonly type: "history" }>> {
  const stopped = saved?.type === "stopped" ? saved : undefined;
  const { session } = settings;
  if (session) {
    const answers = await answersTo(thread, await session.getItems(), stopped?.pause);
    if (answers.length > 0) await session.addItems(answers);
    return { type: "history", items: [] };
  }
  const conversation = stopped ? conversationIn(stopped.state) : saved?.type === "history" ? saved.items : [];
  const answers = await answersTo(thread, conversation, stopped?.pause);
  const server = keptServer(saved);
  const said = [...conversation, ...answers];
  if (!server) return { type: "history", items: said };
  const before = stopped ? unsentIn(stopped.state) : conversation;
  return { type: "history", items: [...before, ...answers], server, said };
}

/** Where a new input of the thread begins. */
export async function beginning(
  thread: Thread,
  settings: Settings,
  saved: Saved | undefined,
  input: Input,
): Promise<{ readonly input: Input; readonly server: Server | undefined }> {
  const { items, server } = await owed(thread, settings, saved);
  if (server && !isSame(settings, server)) return { input, server: serverIn(settings) };
  return { input: items.length === 0 ? input : [...items, ...itemsOf(input)], server: serverIn(server ?? settings) };
}

import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { ModelMessage } from "ai";

/** Where an application keeps the messages of a chat itself. */
export interface Chats {
  save(thread: string, messages: readonly ModelMessage[]): void;
  load(thread: string): ModelMessage[];
  close(): void;
}

export function memoryChats(): Chats {
  const chats = new Map<string, string>();
  return {
    save: (thread, messages) => void chats.set(thread, JSON.stringify(messages)),
    load: (thread) => JSON.parse(chats.get(thread) ?? "[]") as ModelMessage[],
    close: () => {},
  };
}

/** A file beside the store's, as durable as it. */
export function sqliteChats(beside: string): Chats {
  const file = new DatabaseSync(`${beside}-chats_${randomUUID().slice(0, 8)}.db`);
  file.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE chats (thread TEXT PRIMARY KEY, messages TEXT)");
  const save = file.prepare("INSERT OR REPLACE INTO chats VALUES (?, ?)");
  const load = file.prepare("SELECT messages FROM chats WHERE thread = ?");
  return {
    save: (thread, messages) => void save.run(thread, JSON.stringify(messages)),
    load: (thread) => JSON.parse(String(load.get(thread)?.["messages"] ?? "[]")) as ModelMessage[],
    close: () => file.close(),
  };
}

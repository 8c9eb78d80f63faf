import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

/** Where an application without Countersign keeps its runs, as the SDK's documentation leaves to it. */
export interface States {
  save(thread: string, text: string): void;
  load(thread: string): string;
  close(): void;
}

export function memoryStates(): States {
  const states = new Map<string, string>();
  return { save: (thread, text) => void states.set(thread, text), load: (thread) => states.get(thread) ?? "", close: () => {} };
}

/** A file beside the store's, as durable as it. */
export function sqliteStates(beside: string): States {
  const file = new DatabaseSync(`${beside}-runs_${randomUUID().slice(0, 8)}.db`);
  file.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE runs (thread TEXT PRIMARY KEY, state TEXT NOT NULL)");
  const save = file.prepare("INSERT OR REPLACE INTO runs VALUES (?, ?)");
  const load = file.prepare("SELECT state FROM runs WHERE thread = ?");
  return {
    save: (thread, text) => void save.run(thread, text),
    load: (thread) => String(load.get(thread)?.["state"]),
    close: () => file.close(),
  };
}

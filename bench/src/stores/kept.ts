import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import type { Address } from "./address.ts";

/** Where an application without Countersign keeps its runs, as the framework's documentation leaves to it. */
export interface Kept {
  save(thread: string, text: string): void;
  load(thread: string): string | undefined;
  close(): void;
}

/** As durable as a store there; without an address in memory. */
export function keptBeside(address: Address | undefined): Kept {
  if (!address) return keptInMemory();
  if (address.type !== "sqlite") throw new Error("what the application keeps is kept in a file");
  return keptInFile(address.path);
}

function keptInMemory(): Kept {
  const runs = new Map<string, string>();
  return { save: (thread, text) => void runs.set(thread, text), load: (thread) => runs.get(thread), close: () => {} };
}

/** A file beside the store's, as durable as it. */
function keptInFile(beside: string): Kept {
  const file = new DatabaseSync(`${beside}-runs_${randomUUID().slice(0, 8)}.db`);
  file.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE runs (thread TEXT PRIMARY KEY, state TEXT NOT NULL)");
  const save = file.prepare("INSERT OR REPLACE INTO runs VALUES (?, ?)");
  const load = file.prepare("SELECT state FROM runs WHERE thread = ?");
  return {
    save: (thread, text) => void save.run(thread, text),
    load: (thread) => load.get(thread)?.["state"] as string | undefined,
    close: () => file.close(),
  };
}

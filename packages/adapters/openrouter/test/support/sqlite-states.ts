import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { deserializeConversationState, serializeConversationState, type StateAccessor } from "@openrouter/agent";

/** The states of conversations as an application keeps them: one row each, in a file that outlives the process. */
export function sqliteStates(dir: string): { of(threadId: string): StateAccessor; close(): void } {
  const states = new DatabaseSync(join(dir, "states.db"), { timeout: 5_000 });
  states.exec(
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS states (thread TEXT PRIMARY KEY, state TEXT)",
  );
  const save = states.prepare("INSERT OR REPLACE INTO states VALUES (?, ?)");
  const load = states.prepare("SELECT state FROM states WHERE thread = ?");
  return {
    of: (threadId) => ({
      load: async () => {
        const state = load.get(threadId)?.["state"];
        return typeof state === "string" ? deserializeConversationState(state) : null;
      },
      save: async (state) => void save.run(threadId, serializeConversationState(state)),
    }),
    close: () => states.close(),
  };
}

import { signal, type ReadonlySignal } from "@preact/signals";
import type { Act } from "./act.ts";

/** What somebody has typed about a request and not signed yet. */
export interface Drafted {
  /** What they were about to do. */
  readonly act?: Act | undefined;
  readonly message?: string | undefined;
  readonly then?: "continue" | "revise" | "stop" | undefined;
  readonly comment?: string | undefined;
  readonly reason?: string | undefined;
  readonly outcome?: string | undefined;
}

/**
 * Kept for as long as the tab is open: signing in again leads away from the page. What the terms want typed isn't in it: that
 * has to be read off the arguments, each time.
 */
export interface Draft {
  readonly value: ReadonlySignal<Drafted>;
  set(changes: Drafted): void;
  clear(): void;
}

/** @param owner the person: the next one who signs in here sees none of it */
export function createDraft(owner: string, id: string): Draft {
  const key = `countersign.draft.${owner}.${id}`;
  const value = signal<Drafted>(readDraft(key));
  return {
    value,
    set(changes) {
      value.value = { ...value.value, ...changes };
      keep(key, Object.values(value.value).some((each) => each !== undefined && each !== "") ? value.value : undefined);
    },
    clear() {
      value.value = {};
      keep(key, undefined);
    },
  };
}

function readDraft(key: string): Drafted {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(key) ?? "{}");
    return typeof kept === "object" && kept !== null ? kept : {};
  } catch {
    return {};
  }
}

/** A browser may refuse to keep anything: then it is kept while the page is open. */
function keep(key: string, drafted: Drafted | undefined): void {
  try {
    if (drafted === undefined) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(drafted));
  } catch {
    // It stays in memory.
  }
}

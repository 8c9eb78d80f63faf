import { isCountersignError, type ApprovalRequest, type Principal } from "@countersign/core";
import type { Desk } from "../desk.ts";
import { onChanges } from "../reviewers/changes.ts";
import type { Event, State } from "./state.ts";

/** A page of the store holds no more. */
const MOST = 1_000;
/** More than these are counted no further. */
const COUNTED = 10_000;
/** A long list is read less often: it takes its share of the time, and leaves the rest to others. */
const SHARE = 4;

type Read = Omit<Extract<Event, { type: "read" }>, "at">;

export interface Feed {
  /** Something else is asked for: it is read soon. */
  again(): void;
  /** Ends when the signal says so. @throws what can't pass by itself */
  readonly ended: Promise<void>;
}

/**
 * Reads what waits for this person, again and again, until the signal. A store that doesn't answer is told, and tried again.
 * @param asked what is looked for, and how many
 */
export function feed(
  { gate, store }: Desk,
  by: Principal,
  asked: () => Pick<State, "filter" | "order" | "wanted">,
  tell: (event: Read | { readonly type: "away" } | { readonly type: "refused"; readonly why: string }) => void,
  signal: AbortSignal,
): Feed {
  const listeners = new Set<() => void>();
  const watch = (listener: () => void): (() => void) => {
    const unwatch = store.watch(listener);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      unwatch();
    };
  };
  const look = async (): Promise<void> => {
    const since = performance.now();
    try {
      tell(await read(gate, by, asked()));
    } catch (error) {
      if (isPassing(error)) tell({ type: "away" });
      else if (isCountersignError(error, "INVALID_ARGS") && asked().filter !== "") tell({ type: "refused", why: error.message });
      else throw error;
    }
    const rest = Math.min((performance.now() - since) * SHARE, 5_000);
    if (rest > 100) await new Promise((resolve) => setTimeout(resolve, rest));
  };
  return { again: () => listeners.forEach((listener) => listener()), ended: onChanges({ watch }, look, signal) };
}

async function read(
  gate: Desk["gate"],
  by: Principal,
  { filter, order, wanted }: Pick<State, "filter" | "order" | "wanted">,
): Promise<Read> {
  const query = { status: "pending", reviewableBy: by, ...(filter !== "" && { search: filter }) } as const;
  const items: ApprovalRequest[] = [];
  let unreadable = 0;
  let next: string | undefined;
  do {
    const page = await gate.list({
      ...query,
      order,
      limit: Math.min(wanted - items.length, MOST),
      ...(next !== undefined && { after: next }),
    });
    items.push(...page.items);
    unreadable += page.unreadable?.length ?? 0;
    next = page.next;
  } while (next !== undefined && items.length < wanted);
  const isAll = next === undefined;
  const count = isAll ? items.length : await gate.count(query, { cap: COUNTED });
  return { type: "read", items, isAll, unreadable, total: { count, isLeast: !isAll && count >= COUNTED } };
}

/** Does it go by itself? */
export function isPassing(error: unknown): boolean {
  return isCountersignError(error, "STORE_UNAVAILABLE") && error.details.retryable;
}

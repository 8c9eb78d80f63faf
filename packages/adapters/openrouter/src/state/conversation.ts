import { isCall, isOutput, isSaid, lastTurn, outputItem, type Item, type Turn } from "../turn.ts";

/** With outputs for calls of the turn, behind it: something may have been said since. */
export function answered(items: readonly Item[], { end }: Turn, outputs: readonly Item[]): readonly Item[] {
  return [...items.slice(0, end), ...outputs, ...items.slice(end)];
}

/**
 * Providers refuse a conversation with calls that have no output, and with outputs that have no call. The calls of the last
 * turn are left open: they may still run.
 */
export function repaired(items: readonly Item[], missing: string): readonly Item[] {
  const open = new Map<string, Item>();
  const lost = new Set<Item>();
  const inTurn = new Set<string>();
  const known = items.filter((item) => {
    if (!isSaid(item)) inTurn.clear();
    if (isOutput(item)) return open.delete(item.callId);
    if (!isCall(item)) return true;
    // The model used an id twice in one turn: nobody can tell whose output is whose.
    if (inTurn.has(item.callId)) return false;
    inTurn.add(item.callId);
    const earlier = open.get(item.callId);
    if (earlier) lost.add(earlier);
    open.set(item.callId, item);
    return true;
  });
  const start = lastTurn(known)?.start ?? 0;
  for (const item of open.values()) if (known.indexOf(item) < start) lost.add(item);
  return known.flatMap((item) => (lost.has(item) ? [item, outputItem(item.callId ?? "", missing)] : [item]));
}

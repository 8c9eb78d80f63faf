import { ABSENT, isObject, isSame, Typed, valueAt } from "./entered.ts";
import { readTyped } from "./finished.ts";

/**
 * What somebody changed, made of other arguments than it was made of: what they did not change is what the new ones have. Where
 * both changed the same, theirs stays, and the difference is shown to them before they sign.
 */
export function rebased(before: unknown, mine: unknown, now: unknown): unknown {
  if (isSame(mine, before)) return now;
  if (mine instanceof Typed && mine.kind === "json") {
    const read = readTyped(mine);
    return "value" in read ? rebased(before, read.value, now) : mine;
  }
  if (!isObject(before) || !isObject(mine) || !isObject(now)) return mine;
  const keys = [...new Set([...Object.keys(now), ...Object.keys(mine)])];
  const members = keys.map((key) => [key, rebased(valueAt(before, [key]), valueAt(mine, [key]), valueAt(now, [key]))] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== ABSENT));
}

import type { Review } from "@countersign/server/client";

export type Argument = Review["args"][number];

/** So many rows are drawn without being asked for, and so many levels. */
export const FIRST_ROWS = 200;
const FIRST_LEVELS = 6;

/** The lists and objects that stand open from the beginning: those of the upper levels first, as long as there is room. */
export function openFolds(args: readonly Argument[]): ReadonlySet<Argument> {
  const open = new Set<Argument>();
  let rows = Math.min(args.length, FIRST_ROWS);
  let level: readonly Argument[] = args.slice(0, FIRST_ROWS);
  for (let depth = 1; depth < FIRST_LEVELS && level.length > 0; depth++) {
    const below: Argument[] = [];
    for (const fold of level) {
      if (!fold.items || rows + fold.items.length > FIRST_ROWS) continue;
      rows += fold.items.length;
      open.add(fold);
      below.push(...fold.items);
    }
    level = below;
  }
  return open;
}

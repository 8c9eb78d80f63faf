import type { Unreadable } from "@countersign/core";
import type { Output } from "./output.ts";

/** A line for each: whoever looks at the rest has to know that something is missing. */
export function warnOfUnreadable(out: Output, unreadable: readonly Unreadable[] = []): void {
  for (const { id, reason } of unreadable) out.warn(`${id} can't be read and is left out: ${reason}.`);
}

import type { FreezeScope } from "./freeze-scope.ts";

export type FreezeKind = "tool" | "agent" | "everything";

/** What has been filled in so far. */
export interface FreezeDraft {
  readonly kind: FreezeKind;
  readonly name: string;
  readonly reason: string;
  readonly typed: string;
}

export const EVERYTHING = "freeze everything";

/** Undefined: nothing is named yet. Never everything by leaving something out. */
export function scopeOf({ kind, name }: FreezeDraft): FreezeScope | undefined {
  if (kind === "everything") return {};
  const given = name.trim();
  if (given === "") return undefined;
  return kind === "tool" ? { tool: given } : { agent: given };
}

/** What is missing, by the field that it is missing in, in the order in which they stand. */
export function missingIn(draft: FreezeDraft): { readonly name?: string; readonly typed?: string; readonly reason?: string } {
  const { kind, reason, typed } = draft;
  const isTyped = typed.trim().toLowerCase().replace(/\s+/g, " ") === EVERYTHING;
  return {
    ...(scopeOf(draft) === undefined && { name: `Name the ${kind} to freeze.` }),
    ...(kind === "everything" && !isTyped && { typed: `Type “${EVERYTHING}”.` }),
    ...(reason.trim() === "" && { reason: "Say why." }),
  };
}

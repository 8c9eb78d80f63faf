import type { Review } from "@countersign/server/client";

const VERBS = ["approve", "edit", "reject"] as const;

/** Why whoever looks may not decide it, each reason once. Empty: they may, or it is decided. */
export function refusals({ may, status }: Pick<Review, "may" | "status">): readonly { readonly what: string; readonly why: string }[] {
  if (status !== "pending") return [];
  const verbsOf = new Map<string, string[]>();
  for (const verb of VERBS) {
    const permission = may[verb];
    if (!permission.allowed) verbsOf.set(permission.reason, [...(verbsOf.get(permission.reason) ?? []), verb]);
  }
  return [...verbsOf].map(([why, verbs]) => ({
    what: verbs.length === VERBS.length ? "You can’t decide it" : `You can’t ${verbs.join(" or ")} it`,
    why,
  }));
}

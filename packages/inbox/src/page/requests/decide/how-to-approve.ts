import type { Review } from "@countersign/server/client";

/** How carefully a call is approved. */
export type Care = "light" | "twice" | "closely" | "typed";

/** What somebody presses with. A screen reader presses like a key: it has no place on the screen. */
export type Means = "key" | "mouse" | "finger";

/**
 * The one rule of how much it takes to approve a call. An approval can't be taken back, so nothing that slips may give one: no
 * stray key, no second click of a double click, no finger that scrolls. And what is harmless thirty times a day must stay quick.
 *
 * | | mouse | key | finger |
 * |---|---|---|---|
 * | `light`: the policy says low or medium, and nothing speaks against it | one press | `a` names the call, `a` again signs | hold |
 * | `twice`: nobody said how risky it is, or it is too long for a glance | a press names the call, a second one signs | the same as light | hold |
 * | `closely`: high risk, or a warning | names the call and each warning; only the button there signs | the same | the same |
 * | `typed`: the terms want a value typed | as closely, and the value | the same | the same |
 *
 * `Ctrl+Enter` presses the button of whatever is open. A tap shorter than a hold opens what a key opens, so that holding is
 * never the only way.
 */
export function careFor({ confirm, risk, warnings }: Pick<Review, "confirm" | "risk" | "warnings">): Care {
  if (confirm.length > 0) return "typed";
  if (risk === "high" || warnings.some(isGrave)) return "closely";
  return risk === undefined || warnings.some(({ kind }) => kind === "long") ? "twice" : "light";
}

/** What Approve does when it is pressed. `ask`: names what will happen, and waits for another press. */
export function approveBy(care: Care, means: Means): "sign" | "hold" | "ask" {
  if (care === "light" && means === "mouse") return "sign";
  return isPlain(care) && means === "finger" ? "hold" : "ask";
}

/** Nothing speaks against it: the key that opened the question answers it as well, and a finger may hold. */
export function isPlain(care: Care): boolean {
  return care === "light" || care === "twice";
}

/** What speaks against it. That little time is left does not: hurry is no reason to look longer. */
export function isGrave({ kind, severity }: Review["warnings"][number]): boolean {
  return severity === "danger" || (severity === "caution" && kind !== "deadline");
}

/** What was opened by a key is answered by that key after so long at the earliest. */
export const AGAIN = 300;
/** How long a finger holds. It signs when it is lifted: until then, it can slide off. */
export const HOLD = 700;

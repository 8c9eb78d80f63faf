import { guarded, type GuardedOptions, type Silence } from "./guarded.ts";
import type { Tty } from "./keyboard.ts";

/** Enter, Escape, and what people type for it. */
const NO = new Set(["\r", "\n", "\u001b", "n", "N"]);

/**
 * Asks for one of these keys. Enter, Escape and n are no, other keys answer nothing. What was typed before the question was
 * drawn or within 300 ms after it, what was pasted, and several keys at once answer nothing.
 * @param keys lower-case letters
 * @example (await askKey(tty, { draw: () => rows, prompt: "Sign this? y = yes, Enter = no ", keys: ["y"] })) === "y"
 */
export function askKey<K extends string>(tty: Tty, options: GuardedOptions & { readonly keys: readonly K[] }): Promise<K | Silence> {
  return guarded<K>(tty, options, {
    alone(key) {
      const answer = options.keys.find((one) => one === key.toLowerCase());
      if (answer !== undefined) return { answer };
      return NO.has(key) ? { answer: "no" } : undefined;
    },
  });
}

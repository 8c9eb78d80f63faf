import type { Gate } from "@countersign/core";

/** Tools that were gated by themselves, and middlewares that gate whatever their agent has. */
const gates = new WeakMap<object, Gate>();

export function markGated(guarded: object, gate: Gate): void {
  gates.set(guarded, gate);
}

/** Undefined: nobody has gated it. */
export function gateOf(guarded: unknown): Gate | undefined {
  return typeof guarded === "object" && guarded !== null ? gates.get(guarded) : undefined;
}

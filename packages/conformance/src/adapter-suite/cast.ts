import type { Principal } from "@countersign/core";

/** Signs by default. */
export const alice: Principal = { id: "alice", roles: ["finance"] };
/** Asks by default: every thread is started for him. */
export const bob: Principal = { id: "bob", roles: ["finance"] };
/** Signs as well. */
export const carol: Principal = { id: "carol", roles: ["finance"] };
/** Has nothing to say in finance. */
export const mallory: Principal = { id: "mallory", roles: ["sales"] };

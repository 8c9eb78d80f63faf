import type { Change, Committed } from "@countersign/core/store";
import type { Connection } from "./connection.ts";

/** Writes part of a batch, inside its transaction. @throws Refusal */
export type Write = (connection: Connection) => void;

export type Put = Extract<Change, { op: "put" }>;
export type Add = Extract<Change, { op: "add" }>;
export type Drop = Extract<Change, { op: "drop" }>;
export type Require = Extract<Change, { op: "require" }>;

type Refused = Extract<Committed, { ok: false }>;

/** Thrown inside a commit, so that nothing of it stays. */
export class Refusal extends Error {
  readonly refused: Refused;

  constructor(reason: Refused["reason"], change?: Change) {
    super(reason);
    this.refused = change ? { ok: false, reason, change } : { ok: false, reason };
  }
}

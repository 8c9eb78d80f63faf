import type { StorePort } from "@countersign/core/store";
import type { Aim } from "../aim.ts";
import type { Move } from "../moves.ts";
import type { Address } from "./address.ts";

/** A store under the bench: how to fill it quickly, and what it aims at. */
export interface BenchStore {
  readonly name: string;
  /** One move after the other, beside a raw commit of so many rows. */
  readonly commits: {
    readonly rows: number;
    readonly throughCore?: Aim;
    readonly alone: Readonly<Record<Move, Aim>>;
  };
  /** Many that suspend at once, beside as many raw writers. Watched: while a worker and a listener hear of it. */
  readonly writers: { readonly watched: boolean; readonly throughCore: Aim; readonly alone?: Aim };
  /** A new place of this name with so many pending requests. */
  prepare(name: string, pending: number, note: (text: string) => void): Promise<Place>;
  /** Ends what {@link prepare} has started. */
  stop(): Promise<void>;
}

/** One filled store. */
export interface Place extends AsyncDisposable {
  readonly address: Address;
  readonly store: StorePort;
}

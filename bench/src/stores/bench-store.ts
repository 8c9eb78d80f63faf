import type { StorePort } from "@countersign/core/store";
import type { Address } from "./address.ts";

/** A store under the bench: how to fill it quickly, and its raw limit. */
export interface BenchStore {
  readonly name: string;
  /** What a suspend and a decision may cost at most, as multiples of a raw commit of so many rows. */
  readonly commits: { readonly rows: number; readonly most: number };
  /** How many write at once, and which share of the raw throughput is left then. Absent: one at a time. */
  readonly writers?: { readonly count: number; readonly least: number };
  /** A new place with so many pending requests. */
  prepare(pending: number, note: (text: string) => void): Promise<Place>;
  /** Ends what {@link prepare} has started. */
  stop(): Promise<void>;
}

/** One filled store. */
export interface Place extends AsyncDisposable {
  readonly address: Address;
  readonly store: StorePort;
  readonly raw: Raw;
}

/** The same database without Countersign: as durable, and on a connection of its own. */
export interface Raw {
  /** Commits rows that carry what a request and its thread carry. */
  commit(rows: number): unknown;
  /** Asks the database for next to nothing. */
  roundTrip(): unknown;
  close(): unknown;
}

/** What a request and its thread take in JSON. */
export const PAYLOAD: readonly [string, string] = ["r".repeat(1_500), "t".repeat(400)];

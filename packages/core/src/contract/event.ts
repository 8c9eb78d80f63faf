import type { JsonObject } from "./json.ts";
import type { Principal } from "./principal.ts";
import type { Unreadable } from "./request.ts";

/** One entry of a record's audit chain. `hash` covers all other fields and the hash before it. */
export interface AuditEvent {
  /** Whose chain this is: a request's id, `thread/` or `grant/` and the id, or what a surface records, such as `key/ci`. */
  readonly subject: string;
  /** 1 for the first event of a chain. */
  readonly seq: number;
  /** Hash of the event before; empty for the first. */
  readonly prev: string;
  readonly hash: string;
  readonly type: string;
  /** Unix ms. */
  readonly at: number;
  readonly actor: Principal | undefined;
  readonly data: JsonObject;
}

/** How much was found whole. `unreadable`: records that their chains could not be held against. Absent: none. */
export interface Verified {
  readonly events: number;
  readonly subjects: number;
  readonly unreadable?: readonly Unreadable[];
}

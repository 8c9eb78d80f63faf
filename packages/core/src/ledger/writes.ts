import type { AuditEvent } from "../contract/event.ts";
import type { Change } from "../store/port.ts";
import type { RequestRecord } from "../store/records.ts";

/** What one transition writes. */
export interface Writes {
  readonly changes: readonly Change[];
  readonly events: readonly AuditEvent[];
}

/** What a change of one request writes, and the request after it. */
export interface Changed extends Writes {
  readonly record: RequestRecord;
}

import type { ApprovalRequest, AuditEvent } from "@countersign/core";

/** What is told of an event: that it happened, and how the request stands. Whoever wants more reads the request. */
export interface LiveEvent {
  /** A request's id; `thread/` or `grant/` and the id. With `seq` the event's name: one that comes twice is the same. */
  readonly subject: string;
  readonly seq: number;
  /** `asked`, `approved`, `claimed`, `done`. */
  readonly type: string;
  /** Unix ms. */
  readonly at: number;
  /** The request as it is by now, if the event is about one. */
  readonly request?: Pick<ApprovalRequest, "id" | "version" | "status" | "execution"> | undefined;
}

export function liveEvent({ subject, seq, type, at }: AuditEvent, request: ApprovalRequest | undefined): LiveEvent {
  if (!request) return { subject, seq, type, at };
  const { id, version, status, execution } = request;
  return { subject, seq, type, at, request: { id, version, status, execution } };
}

/** `@countersign/core/store`: what a store author needs. @module */
export type { AuditEvent } from "./contract/event.ts";
export type { Page, RequestQuery, Unreadable } from "./contract/request.ts";
export type { Store } from "./contract/store.ts";
export type { ThreadQuery, ThreadState } from "./contract/threads.ts";
export { CountersignError, isCountersignError } from "./errors/error.ts";
export { toRequest } from "./ledger/to-request.ts";
export { audienceOf, barredFrom, invitationsFor } from "./store/audience.ts";
export { dueSince, type DueRequest, type DueThread } from "./store/due.ts";
export { escalationOf } from "./store/notices.ts";
export { parsePage } from "./store/page.ts";
export type { Batch, Change, Committed, DueItem, DueKind, DueOptions, StorePort } from "./store/port.ts";
export { cursorOf, pageLimit, pageStart, requestMatches, statesOf, type PageEnd } from "./store/query.ts";
export type { GrantRecord, RequestRecord, RequestState, ThreadRecord } from "./store/records.ts";
export { proposedArgs } from "./store/proposed-args.ts";
export { refusalOf, type CommitRead, type Refusal } from "./store/refusal.ts";
export { shownAs, STATUS_OF } from "./store/status.ts";
export { GIVEN_UP, NEVER, threadCursorOf, threadMatches, threadPageStart, threadStateOf, type ThreadHead } from "./store/threads.ts";
export { readEach, unreadableRecord } from "./store/unreadable.ts";

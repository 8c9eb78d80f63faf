/** `@countersign/core/store`: what a store author needs. @module */
export type { AuditEvent } from "./contract/event.ts";
export type { Page, RequestQuery, Unreadable } from "./contract/request.ts";
export { idsOf } from "./contract/person.ts";
export type { Store } from "./contract/store.ts";
export type { ThreadQuery, ThreadState } from "./contract/threads.ts";
export { demandFunctions, demandOptions } from "./errors/demand.ts";
export { didYouMean } from "./errors/did-you-mean.ts";
export { CountersignError, isCountersignError } from "./errors/error.ts";
export { schemaId } from "./ledger/reserved.ts";
export { toRequest } from "./ledger/to-request.ts";
export { audienceOf, barredFrom, invitationsFor } from "./store/audience.ts";
export { dueSince, type DueRequest, type DueThread } from "./store/due.ts";
export { escalationOf } from "./store/notices.ts";
export { parsePage } from "./store/page.ts";
export {
  documentName,
  parseDocument,
  type DocumentClaim,
  type DocumentPort,
  type DocumentQuery,
  type DocumentRecord,
  type DocumentWritten,
  type NewDocument,
} from "./store/documents.ts";
export { CLOCK_LAG } from "./store/clock.ts";
export type { Batch, Change, Committed, DueItem, DueKind, DueOptions, StorePort, ThreadRead } from "./store/port.ts";
export { comparing, cursorOf, deadlineOf, pageLimit, pageStart, type PageEnd } from "./store/cursor.ts";
export { ownParties, partiesOf, partiesOn } from "./store/parties.ts";
export { requestMatches, statesOf } from "./store/query.ts";
export type { GrantRecord, RequestRecord, RequestState, ThreadRecord } from "./store/records.ts";
export { proposedArgs } from "./store/proposed-args.ts";
export { refusalOf, type CommitRead, type Refusal } from "./store/refusal.ts";
export { searchedWords, searchMatches, searchWords, type Searched } from "./store/search.ts";
export { isUnfinished, shownAs, STATUS_OF, UNFINISHED } from "./store/status.ts";
export { GIVEN_UP, NEVER, threadCursorOf, threadMatches, threadPageStart, threadStateOf, type ThreadHead } from "./store/threads.ts";
export { readEach, unreadableRecord } from "./store/unreadable.ts";

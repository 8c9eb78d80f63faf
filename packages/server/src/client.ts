/** `@countersign/server/client`: the API as typed functions. Needs `fetch` alone, and works in a browser. @module */
export { ApiError, isApiError, type ApiErrorCode } from "./client/api-error.ts";
export type {
  ApprovalRequest,
  AuditEvent,
  Decided,
  DecidedTogether,
  Deciding,
  DecidingTogether,
  Decision,
  Freeze,
  Freezing,
  Grant,
  Heard,
  ListAudit,
  ListEvents,
  ListRequests,
  ListThreads,
  LiveEvent,
  LiveEvents,
  Me,
  Page,
  RequestAnswer,
  Requests,
  Review,
  Settlement,
  Summary,
  ThreadSummary,
  Trail,
  Unreadable,
  Verification,
} from "./client/answers.ts";
export { createClient, type Client, type ClientOptions } from "./client/create-client.ts";
export { each } from "./client/each.ts";

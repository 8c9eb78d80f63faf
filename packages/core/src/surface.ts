/** `@countersign/core/surface`: for whoever builds what people and programs see of a gate. @module */
export type { AuditEvent } from "./contract/event.ts";
export type { Feed, FeedPage, ListenOptions } from "./contract/feed.ts";
export type { Page, Unreadable } from "./contract/request.ts";
export { timerMs } from "./contract/terms.ts";
export { demandOptions } from "./errors/demand.ts";
export { parseInput } from "./errors/parse-input.ts";
export { shown } from "./errors/shown.ts";
export { createFeed, type FeedOptions } from "./feed/create-feed.ts";
export type { DocumentNote } from "./ledger/note.ts";
export type { DocumentClaim, DocumentQuery, DocumentRecord, NewDocument } from "./store/documents.ts";
export { inspectTools } from "./run/define-runner.ts";
export { documentsOf, type Documents } from "./surface/documents.ts";
export { jsonFlaws, type JsonFlaw } from "./surface/json-flaws.ts";

/** `@countersign/core/surface`: for whoever builds what people decide through. @module */
export type { AuditEvent } from "./contract/event.ts";
export type { Page, Unreadable } from "./contract/request.ts";
export type { DocumentClaim, DocumentQuery, DocumentRecord, NewDocument } from "./store/documents.ts";
export type { DocumentNote } from "./ledger/note.ts";
export { documentsOf, type Documents } from "./surface/documents.ts";

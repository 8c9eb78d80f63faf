/** `@countersign/sqlite`: the embedded, durable store. @module */
export { sqliteStore } from "./store.ts";

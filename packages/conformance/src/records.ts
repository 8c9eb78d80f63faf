/** `@countersign/conformance/records`: records to commit in a store's own tests. @module */
export { commit, event, put, putThread, request, T0, TENANT, thread } from "./store-suite/records.ts";

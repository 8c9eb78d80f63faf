/** `@countersign/store-tests`: what the tests of the stores share. @module */
export { output, start } from "./processes.ts";
export { commit, event, put, putThread, request, T0, TENANT, thread } from "./records.ts";

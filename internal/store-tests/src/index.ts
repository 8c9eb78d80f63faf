/** `@countersign/store-tests`: what the tests of the stores share. @module */
export { commit, event, put, putThread, request, T0, TENANT, thread } from "@countersign/conformance/records";
export { output, start } from "./processes.ts";

/** `@countersign/postgres`: the store for more than one machine. @module */
export { postgresStore, type PostgresStoreOptions } from "./store.ts";

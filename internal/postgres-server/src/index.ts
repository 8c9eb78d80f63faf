/** `@countersign/postgres-server`: a real PostgreSQL from npm, for tests and benchmarks. @module */
export type { PostgresVersion } from "./binaries.ts";
export { startPostgres, type PostgresServer, type PostgresServerOptions } from "./server.ts";

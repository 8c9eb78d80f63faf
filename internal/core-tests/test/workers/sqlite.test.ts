import { testWorkers } from "./workers.ts";

await testWorkers("SQLite", () => undefined);

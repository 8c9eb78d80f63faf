import { testWorkers } from "./workers.ts";

testWorkers("SQLite", () => undefined);

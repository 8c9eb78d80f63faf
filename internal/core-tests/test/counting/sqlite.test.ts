import { testPayers } from "./payers.ts";

await testPayers("SQLite", () => undefined);

// Counts in a thread that somebody else holds, and then looks at the time.
import { TENANT } from "@countersign/store-tests";
import { postgresStore } from "../../src/index.ts";
import { looks } from "../looks.ts";

const [connectionString = "", schema = ""] = process.argv.slice(2);
await using store = postgresStore({ connectionString, schema });
await store.commit({ tenant: TENANT, changes: [{ op: "add", kind: "thread", id: "t", field: "open", by: 1 }], events: [] });
console.log(JSON.stringify(await looks(connectionString, () => store.now())));

// Commits and closes its store at once, as a command does.
import { setTimeout as sleep } from "node:timers/promises";
import { commit, put, request } from "@countersign/store-tests";
import { postgresStore } from "../../src/index.ts";

const [connectionString = "", schema = ""] = process.argv.slice(2);
const store = postgresStore({ connectionString, schema });
await commit(store, [put(request("r1"))]);
await commit(store, [put(request("r2"))]);
// Between two announcements.
await sleep(3);
await store.close();
console.log("closed");

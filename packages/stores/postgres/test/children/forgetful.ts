// Watches and commits, says what it did and forgets to close its store.
import { commit, put, request } from "@countersign/store-tests";
import { postgresStore } from "../../src/index.ts";

const [connectionString = "", schema = ""] = process.argv.slice(2);
const store = postgresStore({ connectionString, schema });
const heard = new Promise<void>((resolve) => store.watch(resolve));
await commit(store, [put(request("r1"))]);
await heard;
console.log("committed");

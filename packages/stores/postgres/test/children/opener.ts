// Opens the schema, commits one request and says so.
import { commit, put, request } from "@countersign/store-tests";
import { postgresStore } from "../../src/index.ts";

const [connectionString = "", schema = "", name = ""] = process.argv.slice(2);
await using store = postgresStore({ connectionString, schema, max: 2 });
await commit(store, [put(request(name))]);
console.log(name);

// Opens the schema, commits one request and says so.
import { postgresStore } from "../../src/index.ts";
import { commit, put, request } from "../records.ts";

const [connectionString = "", schema = "", name = ""] = process.argv.slice(2);
await using store = postgresStore({ connectionString, schema, max: 2 });
await commit(store, [put(request(name))]);
console.log(name);

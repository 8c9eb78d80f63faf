// Waits for a given time, so that several of these open the same new file at once; then asks one request.
import { sqliteStore } from "../../src/index.ts";
import { commit, put, request } from "../../../test/records.ts";

const [path = "", name = "", at = "0"] = process.argv.slice(2);
while (Date.now() < Number(at));
const store = sqliteStore(path);
await commit(store, [put(request(name))]);
await store.close();

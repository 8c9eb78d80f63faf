import { storePromises } from "../../test/store-promises.ts";
import { sqliteStore } from "../src/index.ts";

storePromises("sqliteStore", async (location) => sqliteStore(location), { reopen: true });
storePromises('sqliteStore(":memory:")', async () => sqliteStore(":memory:"), { reopen: false });

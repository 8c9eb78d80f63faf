import type { StorePort } from "@countersign/core/store";
import { commit, event, put, putThread, request, thread } from "@countersign/store-tests";
import { startProxy, type Proxy } from "./proxy.ts";
import { newSchema, openStore } from "./setting.ts";

/** A store behind a proxy, and another one that isn't; both have thread t and request r1 (version 1, one event). */
export async function pairOn(database: string): Promise<{ readonly proxy: Proxy; readonly store: StorePort; readonly rival: StorePort }> {
  const schema = newSchema();
  const proxy = await startProxy(database);
  const store = openStore(proxy.url, { schema });
  const rival = openStore(database, { schema });
  await commit(rival, [putThread(thread("t")), put(request("r1"))], [event("r1", 1)]);
  await store.now();
  return { proxy, store, rival };
}

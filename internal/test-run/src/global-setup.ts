import { startPostgres, type PostgresServer, type PostgresVersion } from "@countersign/postgres-server";
import { openBroker, type Question } from "./broker.ts";
import { bundle } from "./bundle.ts";

/** Enough for two test files at a time that each open many processes. */
const SETTINGS = { max_connections: "500" };

/** Vitest calls it once before the first test file, and what it returns once after the last. */
export async function setup(): Promise<() => Promise<void>> {
  const servers = new Map<PostgresVersion, Promise<PostgresServer>>();
  const bundles = new Map<string, Promise<string>>();

  function answer(question: Question): Promise<string> {
    if (question.of === "bundle") return once(bundles, JSON.stringify(question), () => bundle(question.entries, question.versions));
    const { version } = question;
    return once(servers, version, () => startPostgres({ version, settings: SETTINGS })).then(({ url }) => url);
  }

  const broker = await openBroker(answer);
  return async () => {
    await broker.close();
    await Promise.all([...servers.values()].map((starting) => starting.then((server) => server.stop())));
  };
}

function once<K, V>(made: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  const promise = made.get(key) ?? make();
  made.set(key, promise);
  return promise;
}

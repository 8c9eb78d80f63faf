import { randomUUID } from "node:crypto";
import { MemorySaver, type BaseCheckpointSaver } from "@langchain/langgraph";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";
import type { Address } from "../stores/address.ts";

/** Where LangGraph keeps a conversation. */
interface Saver {
  readonly saver: BaseCheckpointSaver;
  readonly close: () => Promise<void>;
}

/** How often LangGraph writes during this. */
export async function writesDuring({ saver }: Saver, work: () => Promise<unknown>): Promise<number> {
  let writes = 0;
  const [put, putWrites] = [saver.put.bind(saver), saver.putWrites.bind(saver)];
  saver.put = (...given) => (writes++, put(...given));
  saver.putWrites = (...given) => (writes++, putWrites(...given));
  await work();
  // What they hid, the class's own, is there again.
  for (const method of ["put", "putWrites"]) Reflect.deleteProperty(saver, method);
  return writes;
}

/** A new checkpointer on the same kind of database as a store there, as durable as it. Without an address in memory. */
export async function saverBeside(address: Address | undefined): Promise<Saver> {
  if (!address) return { saver: new MemorySaver(), close: async () => {} };
  const name = `graph_${randomUUID().slice(0, 8)}`;
  if (address.type === "sqlite") return sqliteSaver(`${address.path}-${name}.db`);
  const saver = PostgresSaver.fromConnString(address.url, { schema: name });
  await saver.setup();
  return { saver, close: () => saver.end() };
}

/** What a SqliteSaver works with, as far as it is used here; its package has no types. */
interface Database {
  pragma(text: string): unknown;
  close(): void;
}

function sqliteSaver(path: string): Saver {
  const saver = SqliteSaver.fromConnString(path);
  const file = saver.db as unknown as Database;
  // Its own default may lose what it has acknowledged when the power fails; the store never does.
  file.pragma("journal_mode = WAL");
  file.pragma("synchronous = FULL");
  return { saver, close: async () => file.close() };
}

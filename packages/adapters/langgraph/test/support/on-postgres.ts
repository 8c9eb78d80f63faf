import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PostgresSaver } from "@langchain/langgraph-checkpoint-postgres";
import type { OpenSaver } from "./neutral-adapter.ts";

/** The server that the environment names; whoever runs the suite starts one. */
export function serverUrl(): string {
  const url = process.env["COUNTERSIGN_POSTGRES"];
  if (!url) throw new Error("COUNTERSIGN_POSTGRES is not set: the URL of a PostgreSQL server for the tests.");
  return url;
}

/** A folder's own schema. */
export function schemaOf(kind: "graph" | "store", folder: string): string {
  return `${kind}_${createHash("sha256").update(folder).digest("hex").slice(0, 24)}`;
}

/** LangGraph's checkpoints on PostgreSQL. */
export async function postgresSaver(dir: string): Promise<OpenSaver> {
  const checkpointer = PostgresSaver.fromConnString(serverUrl(), { schema: schemaOf("graph", dir) });
  for (let left = 20; ; left--) {
    try {
      await checkpointer.setup();
      return { checkpointer, close: () => checkpointer.end() };
    } catch (error) {
      // Several processes of a scenario may be the first; its own setup lets only one of them through.
      if (left === 0) throw error;
      await sleep(20);
    }
  }
}

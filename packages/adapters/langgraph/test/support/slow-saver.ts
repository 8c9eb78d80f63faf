import type { RunnableConfig } from "@langchain/core/runnables";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";

/** A checkpointer on a slow disk: what it is given takes a while to arrive. */
export class SlowSaver extends SqliteSaver {
  readonly latency: number;

  constructor(path: string, latency: number) {
    super(SqliteSaver.fromConnString(path).db);
    this.latency = latency;
  }

  override async put(...args: Parameters<SqliteSaver["put"]>): Promise<RunnableConfig> {
    await new Promise((resolve) => setTimeout(resolve, this.latency));
    return super.put(...args);
  }
}

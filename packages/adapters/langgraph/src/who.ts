import type { ThreadInfo } from "@countersign/core";

/** Who is asking, where the graph keeps it. The thread itself is always configurable.thread_id. */
export type Who<Native, C> = (native: Native) => ThreadInfo & (unknown extends C ? {} : { context?: C | undefined });

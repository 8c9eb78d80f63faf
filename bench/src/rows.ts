import { aiSdk } from "./rows/ai-sdk.ts";
import { allowedCall } from "./rows/allowed-call.ts";
import { claimedRow } from "./rows/claimed.ts";
import { commitRows } from "./rows/commits.ts";
import { imports } from "./rows/imports.ts";
import { memoryRow } from "./rows/memory.ts";
import { pageRow } from "./rows/pages.ts";
import { roundTrips } from "./rows/round-trip.ts";
import { openaiAgents } from "./rows/openai-agents.ts";
import type { Row } from "./row.ts";
import type { BenchStore } from "./stores/bench-store.ts";
import { writersRow } from "./rows/writers.ts";
import { postgresBench } from "./stores/postgres.ts";
import { sqliteBench } from "./stores/sqlite.ts";

export const stores = (): readonly BenchStore[] => [sqliteBench(), postgresBench()];

/** Every row of the table, in its order. */
export function rowsOn(all: readonly BenchStore[]): readonly Row[] {
  return [
    allowedCall,
    ...all.flatMap(commitRows),
    ...roundTrips(all),
    ...all.slice(0, 1).flatMap(openaiAgents),
    ...all.slice(0, 1).flatMap(aiSdk),
    ...all.map(claimedRow),
    ...all.flatMap(writersRow),
    ...all.map(pageRow),
    ...all.map(memoryRow),
    imports,
  ];
}

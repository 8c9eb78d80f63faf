import { withTools as withAiSdkTools } from "./ai-sdk/allowed.ts";
import * as aiSdk from "./ai-sdk/round-trip.ts";
import { withTools as withOpenaiTools } from "./openai-agents/allowed.ts";
import * as openaiAgents from "./openai-agents/round-trip.ts";
import { withTools as withOpenRouterTools } from "./openrouter/allowed.ts";
import * as openRouter from "./openrouter/round-trip.ts";
import { allowedCall } from "./rows/allowed-call.ts";
import { claimedRow } from "./rows/claimed.ts";
import { commitRows } from "./rows/commits.ts";
import { imports } from "./rows/imports.ts";
import { rowsOf, type Framework } from "./rows/kept-runs.ts";
import { memoryRow } from "./rows/memory.ts";
import { pageRow } from "./rows/pages.ts";
import { roundTrips } from "./rows/round-trip.ts";
import type { Row } from "./row.ts";
import type { BenchStore } from "./stores/bench-store.ts";
import { writersRow } from "./rows/writers.ts";
import { postgresBench } from "./stores/postgres.ts";
import { sqliteBench } from "./stores/sqlite.ts";

export const stores = (): readonly BenchStore[] => [sqliteBench(), postgresBench()];

const FRAMEWORKS: readonly Framework[] = [
  { name: "OpenAI Agents", withTools: withOpenaiTools, countersigned: openaiAgents.countersigned, native: openaiAgents.native },
  { name: "AI SDK", withTools: withAiSdkTools, countersigned: aiSdk.countersigned, native: aiSdk.native },
  { name: "OpenRouter", withTools: withOpenRouterTools, countersigned: openRouter.countersigned, native: openRouter.native },
];

/** Every row of the table, in its order. */
export function rowsOn(all: readonly BenchStore[]): readonly Row[] {
  return [
    allowedCall,
    ...all.flatMap(commitRows),
    ...roundTrips(all),
    ...all.slice(0, 1).flatMap((sqlite) => FRAMEWORKS.flatMap((framework) => rowsOf(framework, sqlite))),
    ...all.map(claimedRow),
    ...all.flatMap(writersRow),
    ...all.map(pageRow),
    ...all.map(memoryRow),
    imports,
  ];
}

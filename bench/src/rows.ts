import { DBOS, MASTRA } from "./peers/contestants.ts";
import type { Row } from "./row.ts";
import { allowedCallRow, allowedInCoreRow } from "./rows/allowed-call.ts";
import { claimRow } from "./rows/claims.ts";
import { commitRows } from "./rows/commits.ts";
import { decidingOverHttpRow } from "./rows/deciding-over-http.ts";
import { eventsOnPageRow } from "./rows/events-on-page.ts";
import { firstListRow } from "./rows/first-list.ts";
import { imports } from "./rows/imports.ts";
import { listenersRow } from "./rows/listeners.ts";
import { memoryRow } from "./rows/memory.ts";
import { pageOverHttpRow } from "./rows/pages-over-http.ts";
import { pageRow } from "./rows/pages.ts";
import { peerRow, type Peer } from "./rows/peers.ts";
import { countRow, tripRow, type Tripping } from "./rows/trips.ts";
import { turnRow } from "./rows/turns.ts";
import { verifyRow } from "./rows/verify.ts";
import { writersRow } from "./rows/writers.ts";
import { postgresBench } from "./stores/postgres.ts";
import { sqliteBench } from "./stores/sqlite.ts";

const LANGGRAPH: Tripping = { framework: "langgraph", name: "LangGraph", mostTimes: 1.25, mostRoundTrips: 12 };
/** Frameworks whose paused runs the application keeps itself. */
const KEPT: readonly Tripping[] = [
  { framework: "openai-agents", name: "OpenAI Agents", mostCpu: 0.6, mostRoundTrips: 10 },
  { framework: "ai-sdk", name: "AI SDK", mostTimes: 1.15, mostRoundTrips: 10 },
  { framework: "openrouter", name: "OpenRouter", mostCpu: 0.6, mostRoundTrips: 10 },
];

const PEERS: readonly Peer[] = [
  { ...DBOS, mostTimes: 1, leastTimes: 1.3 },
  { ...MASTRA, leastTimes: 0.9 },
];

/** Every row of the table, in its order. */
export function allRows(): readonly Row[] {
  const [sqlite, postgres] = [sqliteBench(), postgresBench()];
  const stores = [sqlite, postgres];
  return [
    allowedInCoreRow,
    allowedCallRow("langgraph", "LangGraph gateTools", 8),
    allowedCallRow("langgraph-middleware", "LangGraph middleware", 12),
    allowedCallRow("openai-agents", "OpenAI Agents", 10),
    allowedCallRow("ai-sdk", "AI SDK", 8),
    allowedCallRow("openrouter", "OpenRouter", 8),
    ...stores.flatMap(commitRows),
    ...stores.map(writersRow),
    tripRow(LANGGRAPH),
    ...stores.map((store) => tripRow(LANGGRAPH, store)),
    ...KEPT.flatMap((framework) => [tripRow(framework), tripRow(framework, sqlite)]),
    ...[LANGGRAPH, ...KEPT].map((framework) => countRow(framework, postgres, sqlite)),
    turnRow(),
    ...stores.map((store) => turnRow(store)),
    ...stores.map(claimRow),
    ...PEERS.map((peer) => peerRow(postgres, peer)),
    ...stores.map(pageRow),
    ...stores.map(decidingOverHttpRow),
    ...stores.map(pageOverHttpRow),
    ...stores.map(listenersRow),
    firstListRow(sqlite),
    eventsOnPageRow(sqlite),
    ...stores.map(memoryRow),
    ...stores.map(verifyRow),
    imports,
  ];
}

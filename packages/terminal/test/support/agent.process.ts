// An agent that asks the person at its terminal about one call after the other. argv: a database, calls as JSON, who signs as JSON.
import { createGate, type Principal } from "@countersign/core";
import { sqliteStore } from "@countersign/sqlite";
import { terminalReviewer } from "../../src/terminal-reviewer.ts";
import { policy, type Call } from "./policy.ts";

const [database = "", calls = "[]", as = "{}"] = process.argv.slice(2);
await using store = sqliteStore(database);
const reviewer = terminalReviewer({ as: JSON.parse(as) as Principal });
const gate = createGate({ policy, store, reviewer, reviewWithin: "5m" });
for (const { key, tool, args } of JSON.parse(calls) as readonly Call[]) {
  const { status } = await gate.ask({ threadId: key, key, tool, args, requestedBy: "dora" });
  console.log(`outcome of ${key}: ${status}`);
}

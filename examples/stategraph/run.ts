// Three payments through the graph: approved, edited, rejected. Each is frozen to disk before somebody decides.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { approve, edit, reject, type ApprovalRequest, type Decision } from "@countersign/core";
import { SqliteSaver } from "@langchain/langgraph-checkpoint-sqlite";

const data = join(import.meta.dirname, ".data");
mkdirSync(data, { recursive: true });
process.env["COUNTERSIGN_DB"] ??= join(data, "countersign.db");
process.env["BANK_LEDGER"] ??= join(data, "bank.jsonl");
const { gate } = await import("../approvals.ts");
const { paymentsOver } = await import("./graph.ts");

const saver = (): SqliteSaver => SqliteSaver.fromConnString(process.env["CHECKPOINTS_DB"] ?? join(data, "checkpoints.db"));
const fiona = { id: "fiona", roles: ["finance"] };

async function paid(title: string, decide: (request: ApprovalRequest) => Decision): Promise<void> {
  const threadId = `graph-${title}-${Date.now()}`;
  const started = await paymentsOver(saver()).start(threadId, { recipient: "Acme Corp", amount: 4_200 }, { requestedBy: "payments-desk" });
  const request = started.status === "suspended" ? started.pending[0] : undefined;
  if (!request) throw new Error(`the graph should wait, but it is ${started.status}`);
  await gate.decide(request, decide(request), { by: fiona, via: "script" });
  // A graph made anew, as after a restart.
  const outcome = await paymentsOver(saver()).resume(threadId);
  const said = outcome.status === "completed" ? `${outcome.output.status} State: $${outcome.output.amount}.` : outcome.status;
  console.log(`${title.padEnd(9)} ${said}`);
}

await paid("approve", () => approve());
await paid("edit", ({ args }) => edit({ ...args, amount: 4_000 }));
await paid("reject", () => reject("Already paid in May."));
await gate.store.close();

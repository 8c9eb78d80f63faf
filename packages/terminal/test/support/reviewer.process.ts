// An agent whose reviewer sits at the terminal that it was started in.
import { createGate, definePolicy } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { terminalReviewer } from "@countersign/terminal";

const policy = definePolicy({ tools: { pay: { ask: true, review: { roles: ["finance"], confirm: "args.amount" } } } });
const reviewer = terminalReviewer({ as: { id: "alice", roles: ["finance"] } });
const gate = createGate({ policy, store: memoryStore(), reviewer, warn: (message) => console.log(`WARNED ${message}`) });
const args = { amount: 4_200, recipient: "Acme Corp" };
const { id, status } = await gate.ask({ threadId: "thread", key: "call", tool: "pay", args });
const decided = await gate.get(id);
console.log(`ENDED ${status} ${JSON.stringify(decided?.approvedArgs)} by ${decided?.decisions.at(-1)?.by.id}`);

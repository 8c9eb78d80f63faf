// What the pictures show: a Tuesday morning in December, at half past nine.
import { approve, createGate, edit, type Gate, type JsonObject, type Principal } from "@countersign/core";
import { memoryStore } from "@countersign/memory";
import { PEOPLE } from "./people.ts";

const MORNING = Date.UTC(2026, 11, 1, 9, 30);
const MINUTE = 60_000;
const { alice, dora, fiona, bob } = PEOPLE;

/** How many days ago, to whom, how much. */
const PAID = [
  [20, "Acme Corp", 3_900, "71"],
  [16, "Initech", 1_250, "301"],
  [13, "Globex", 2_300, "1190"],
  [9, "Acme Corp", 4_050, "80"],
  [6, "Hooli", 5_700, "2030"],
  [2, "Acme Corp", 4_200, "88"],
] as const;

interface Told {
  readonly gate: Gate;
  /** When the pictures are taken. Unix ms. */
  readonly morning: number;
}

/** From here on this process has the time of the story. */
export async function tellStory(): Promise<Told> {
  let now = MORNING;
  Date.now = () => now;
  process.env["COUNTERSIGN_DB"] = ":memory:";
  const { gate: unused, policy } = await import("./approvals.ts");
  await unused.store.close();
  const store = memoryStore();
  const gates = new Map(["payments-langgraph", "payments-openai", "payments-ai-sdk", "payments-openrouter"].map((agent) => [agent, createGate({ policy, store, agent, warn: () => {} })])); // prettier-ignore
  const [langgraph, openai, sdk, openrouter] = [...gates.values()] as [Gate, Gate, Gate, Gate];
  let calls = 0;

  /** So many minutes before the morning. */
  async function asked(gate: Gate, minutes: number, by: Principal, args: JsonObject) {
    now = MORNING - minutes * MINUTE;
    const key = String(++calls);
    const call = { threadId: `pay-${key.padStart(3, "0")}`, key, tool: "send_payment", args, requestedBy: by };
    const approval = await gate.ask(call);
    if (approval.status !== "pending") throw new Error(`${JSON.stringify(args)} is ${approval.status}`);
    return { ...approval.request, again: () => gate.ask(call) };
  }
  async function paid(minutes: number, by: Principal, args: JsonObject): Promise<void> {
    const { again, ...request } = await asked(langgraph, minutes, dora, args);
    now += 7 * MINUTE;
    await langgraph.decide(request, approve(), { by, via: "web" });
    now += 2_000;
    const signed = await again();
    if (signed.status === "approved") await langgraph.execute(signed, () => "Paid.");
    else throw new Error(`${request.id} is ${signed.status}`);
  }

  for (const [days, recipient, amount, invoice] of PAID) await paid(days * 1_440, days % 2 ? fiona : bob, { recipient, amount, invoice });
  const hooli = await asked(openrouter, 134, alice, { recipient: "Hooli", amount: 62_000, invoice: "2041" });
  await asked(openai, 96, dora, { recipient: "Initech", amount: 1_250, invoice: "311" });
  await asked(langgraph, 95, dora, { recipient: "Initech", amount: 1_310, invoice: "312" });
  await asked(sdk, 93, dora, { recipient: "Initech", amount: 1_180, invoice: "313" });
  await asked(sdk, 71, alice, { recipient: "Umbrella", amount: 9_000, invoice: "7" });
  await asked(openai, 55, alice, { recipient: "Globex", amount: 18_400, invoice: "1207" });
  await asked(openrouter, 32, alice, { recipient: "Acm\u0435 Corp", amount: 4_900, invoice: "91", note: "New bank account, see mail" });
  await asked(langgraph, 44, dora, { recipient: "Acme Corp", amount: 4_200, invoice: "88" });
  await asked(sdk, 12, alice, { recipient: "Acme Corp", amount: 4_200, invoice: "88" });
  const lunch = await asked(langgraph, 9, dora, { recipient: "Northwind", amount: 2_150, invoice: "4003" });
  now = MORNING - 3 * MINUTE;
  await langgraph.decide(lunch, edit({ ...lunch.args, amount: 2_050 }, { comment: "as on the invoice" }), { by: bob, via: "web" });
  now = MORNING - 2 * MINUTE;
  await openrouter.decide(hooli, approve({ confirm: "62000", comment: "Servers for the second site." }), { by: fiona, via: "web" });
  now = MORNING;
  return { gate: langgraph, morning: MORNING };
}

// What people ask the agents for, one sentence after the other.
import { PEOPLE } from "./people.ts";

export const FRAMEWORKS = ["langgraph", "openai-agents", "ai-sdk", "openrouter"] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export interface Arrival {
  readonly framework: Framework;
  readonly threadId: string;
  readonly sentence: string;
  readonly by: { readonly id: string; readonly name: string };
}

const { dora, alice } = PEOPLE;

/** What waits when somebody comes to work. */
const MORNING: readonly Omit<Arrival, "threadId">[] = [
  { framework: "langgraph", by: dora, sentence: "Pay Acme Corp $4,200 for invoice 88 and Globex $300" },
  { framework: "openai-agents", by: dora, sentence: "Pay Initech $1,250 for invoice 311" },
  { framework: "ai-sdk", by: alice, sentence: "Pay Umbrella $9,000 for invoice 7" },
  { framework: "openrouter", by: alice, sentence: "Pay Hooli $62,000 for invoice 2041" },
  { framework: "langgraph", by: dora, sentence: "Pay Initech $1,310 for invoice 312" },
  { framework: "openai-agents", by: alice, sentence: "Pay Globex $18,400 for invoice 1207" },
  { framework: "ai-sdk", by: dora, sentence: "Pay Initech $1,180 for invoice 313" },
  // The e of "Acme" is Cyrillic, and the invoice says another amount.
  { framework: "openrouter", by: alice, sentence: "Pay Acm\u0435 Corp $4,900 for invoice 91" },
  { framework: "openai-agents", by: dora, sentence: "Pay Hooli $180,000 for invoice 2042" },
  { framework: "ai-sdk", by: alice, sentence: "Pay Acme Corp $4,200 for invoice 88" },
];

/** And then, for as long as the demo runs. Of those under $1,000 nobody is asked. */
const DAY = [
  ["Northwind", 640],
  ["Initech", 1_275],
  ["Globex", 85],
  ["Northwind", 2_150],
  ["Acme Corp", 3_600],
  ["Globex", 1_940],
  ["Hooli", 12_700],
  ["Northwind", 310],
] as const;

/** Without end. */
export function* arrivals(): Generator<Arrival, never, void> {
  let number = 0;
  const threadId = (): string => `pay-${String(++number).padStart(3, "0")}`;
  for (const arrival of MORNING) yield { ...arrival, threadId: threadId() };
  for (let i = 0; ; i++) {
    const [vendor, amount] = DAY[i % DAY.length] ?? DAY[0];
    const round = Math.floor(i / DAY.length);
    const sentence = `Pay ${vendor} $${(amount + round * 5).toLocaleString("en-US")} for invoice ${4_000 + i}`;
    yield { framework: FRAMEWORKS[i % FRAMEWORKS.length] ?? "langgraph", by: i % 3 === 0 ? alice : dora, sentence, threadId: threadId() };
  }
}

/** How many are there at once. */
export const AT_ONCE = MORNING.length;

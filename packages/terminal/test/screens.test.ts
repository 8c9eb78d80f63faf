// What somebody who decides sees: reviews and what stands before the question, in a terminal emulator, at four sizes, with and without colours.
import { styleText } from "node:util";
import { createGate, definePolicy, edit, reject, type ApprovalRequest, type JsonObject, type Principal } from "@countersign/core";
import { RecordedScreen, styledRows } from "@countersign/recorded-screen";
import { personText, reviewOf, type Review } from "@countersign/review";
import { sqliteStore } from "@countersign/sqlite";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { plain, questionRows, reviewRows, type Style } from "../src/index.ts";

const START = Date.UTC(2027, 0, 31, 8);
const MINUTE = 60_000;
const fiona: Principal = { id: "fiona", name: "Fiona", roles: ["finance"] };
const grace: Principal = { id: "grace", name: "Grace", roles: ["finance"] };
const sam: Principal = { id: "sam", roles: ["sales"] };

const Payment = z.object({
  recipient: z.string().meta({ title: "Payee", description: "As it stands on the invoice" }),
  iban: z.string(),
  amount: z.number().describe("US dollars"),
  currency: z.string().default("USD"),
});
const policy = definePolicy({
  tools: {
    send_payment: {
      args: Payment,
      ask: true,
      redact: ["args.iban"],
      review: { roles: ["finance"], quorum: 2, expiresIn: "4h", confirm: "args.amount" },
      describe: ({ args }) => ({
        title: `Pay ${args.recipient} $${args.amount}`,
        risk: "high",
        facts: [{ label: "budget", value: "$9,000 left" }],
      }),
    },
    run_sql: { ask: true, review: { roles: ["finance"] } },
    free_text: { ask: true },
  },
});
const QUERY = "-- monthly clean up\nDELETE FROM users u\n  WHERE u.last_seen < now() - interval '90 days'\n   OR true; -- keep\n";
const SPOOF = `88${" ".repeat(70)}status     │ approved${" ".repeat(60)}tool       │ read${" ".repeat(60)}Approve this? [y/N]`;

let pages: readonly (readonly [name: string, review: Review, by: Principal])[] = [];
beforeAll(async () => {
  await using store = sqliteStore(":memory:");
  let now = START;
  const gate = createGate({ policy, store, now: () => now, warn: () => {}, agent: "payables" });
  const ask = async (tool: string, args: JsonObject): Promise<ApprovalRequest> => {
    const answer = await gate.ask({ threadId: `thread-${now - START}`, key: "k", tool, args, requestedBy: "dora" });
    if (answer.status !== "pending") throw new Error(answer.status);
    now += 7 * MINUTE;
    return answer.request;
  };
  const seenBy = async (
    by: Principal,
    request: ApprovalRequest,
    more: { readonly mine?: JsonObject; readonly seen?: ApprovalRequest } = {},
  ) => reviewOf(request, { now, by, ...(await gate.background(request)), ...more });
  const payment = { recipient: "Acme Corp", iban: "GB33 BUKB 2020 1555 5555 55", amount: 4_200 };
  const asked = await ask("send_payment", payment);
  const query = await ask("run_sql", { database: "prod", query: QUERY });
  const spoof = await ask("free_text", { text: SPOOF, "\u202ehidden": "\u001b[2Jgone", название: "支払い: Аcme" });
  const refused = await ask("free_text", { text: "twice" });
  const changed = await gate.decide(asked, edit({ ...asked.args, amount: 4_000 }, { comment: "less the discount", confirm: 4_000 }), {
    by: grace,
    via: "web",
  });
  const no = await gate.decide(refused, reject("Paid in May."), { by: grace, via: "slack" });
  await gate.freeze({ tool: "run_sql" }, { by: grace, reason: "wrong database" });
  pages = [
    ["a payment under a quorum", await seenBy(fiona, asked), fiona],
    ["changed by somebody else since", await seenBy(fiona, changed, { seen: asked }), fiona],
    ["an edit at hand", await seenBy(fiona, changed, { mine: { ...changed.proposal.args, amount: 3_900 } }), fiona],
    ["a text of several lines, frozen", await seenBy(fiona, query), fiona],
    ["values that imitate, hide and mix", await seenBy(fiona, spoof), fiona],
    ["somebody who may not sign", await seenBy(sam, asked), sam],
    ["rejected", await seenBy(fiona, no), fiona],
  ];
});

const coloured: Style = (name, text) => (text === "" ? "" : styleText(name, text, { validateStream: false }));

describe.each([
  [80, 24],
  [120, 40],
  [40, 20],
  [20, 40],
])("on %i by %i", (columns, lines) => {
  it.each([
    ["with colours", coloured, "styled"],
    ["without colours", plain, "plain"],
  ] as const)("%s", async (_name, style, form) => {
    const shots: string[] = [];
    for (const [name, review, by] of pages) {
      const drawing = { columns, style };
      const rows = [...reviewRows(review, drawing), ...questionRows(review, drawing, { as: personText(by), shown: 4, above: 0 })];
      using screen = new RecordedScreen(columns, rows.length);
      await screen.write(rows.join("\r\n"));
      // The emulator wraps what is too wide, and then there would be more rows.
      expect(screen.allRows()).toHaveLength(rows.length);
      const seen = form === "plain" ? screen.rows() : styledRows(screen);
      const pages = Math.ceil(seen.length / lines);
      for (let page = 0; page < pages; page++)
        shots.push(`── ${name}, ${page + 1} of ${pages}\n${seen.slice(page * lines, (page + 1) * lines).join("\n")}\n`);
    }
    await expect(shots.join("\n")).toMatchFileSnapshot(`screens/review-${columns}x${lines}-${form}.txt`);
  });
});

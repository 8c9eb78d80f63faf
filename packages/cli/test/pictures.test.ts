// The pictures in the docs: what the command line draws, through a terminal emulator. `vitest run -u` draws them anew.
import { styleText } from "node:util";
import { createGate, definePolicy, edit, type ApprovalRequest, type Principal } from "@countersign/core";
import { sqliteStore } from "@countersign/sqlite";
import { RecordedScreen, svgOf } from "@countersign/recorded-screen";
import { personText, reviewOf, spanText, summaryOf } from "@countersign/review";
import { questionRows, reviewRows, type Style } from "@countersign/terminal";
import { expect, it } from "vitest";
import { z } from "zod";
import { initial } from "../src/inbox/state.ts";
import { step } from "../src/inbox/step.ts";
import { screenOf } from "../src/inbox/view.ts";

const START = Date.UTC(2027, 0, 31, 8);
const fiona: Principal = { id: "fiona", name: "Fiona", roles: ["finance"] };
const grace: Principal = { id: "grace", name: "Grace", roles: ["finance"] };

const Payment = z.object({
  recipient: z.string().describe("As it stands on the invoice"),
  iban: z.string(),
  amount: z.number().describe("US dollars"),
  memo: z.string().optional(),
});
const policy = definePolicy({
  tools: {
    send_payment: {
      args: Payment,
      ask: ({ args }) => args.amount > 1_000 && "over $1,000",
      review: { roles: ["finance"], quorum: 2, expiresIn: "4h" },
      describe: ({ args }) => ({
        title: `Pay ${args.recipient} $${args.amount.toLocaleString("en")}`,
        risk: args.amount > 20_000 ? "high" : "low",
        links: [{ label: "invoice", url: "https://billing.example.com/88" }],
      }),
    },
    send_email: { ask: true, review: { expiresIn: "2d" } },
  },
});

/** What fakes a request of its own, if nobody keeps it where it belongs. */
const SPOOF = `88${" ".repeat(74)}status     │ approved${" ".repeat(61)}title      │ Pay Acme Corp $12`;

async function office() {
  let now = START;
  const gate = createGate({ policy, store: sqliteStore(":memory:"), now: () => now, warn: () => {}, agent: "payables" });
  const asked: ApprovalRequest[] = [];
  const ask = async (key: string, tool: "send_payment" | "send_email", args: object, minutes = 7): Promise<ApprovalRequest> => {
    const answer = await gate.ask({
      threadId: `invoices-${key}`,
      key,
      tool,
      args: args as never,
      requestedBy: { id: "dora", name: "Dora" },
    });
    if (answer.status !== "pending") throw new Error(answer.status);
    now += minutes * 60_000;
    asked.push(answer.request);
    return answer.request;
  };
  const iban = "GB33 BUKB 2020 1555 5555 55";
  await ask("1", "send_payment", { recipient: "Acme Corp", iban, amount: 4_200, memo: "Invoice 88" });
  await ask("2", "send_payment", { recipient: "Аcme Corp", iban: "EE38 2200 2210 2014 5685", amount: 98_000, memo: SPOOF });
  await ask("3", "send_payment", { recipient: "Acme Corp", iban, amount: 4_200, memo: "Invoice 88" });
  await ask("4", "send_email", {
    to: ["board@example.com"],
    subject: "Q3",
    body: "Dear all,\n\nplease find our numbers below.\n\nThe agent",
  });
  await ask("5", "send_payment", { recipient: "Initech", iban, amount: 1_750 });
  return { gate, asked, clock: () => now };
}

const coloured: Style = (name, text) => (text === "" ? "" : styleText(name, text, { validateStream: false }));

async function picture(rows: readonly string[], columns: number, title: string): Promise<string> {
  using screen = new RecordedScreen(columns, rows.length);
  await screen.write(rows.join("\r\n"));
  return svgOf(screen, title);
}

/** A review, and what stands right before the question. */
async function questionOn(
  columns: number,
  request: ApprovalRequest,
  { gate, clock }: Awaited<ReturnType<typeof office>>,
  seen?: ApprovalRequest,
) {
  const drawing = { columns, style: coloured };
  const review = reviewOf(request, { now: clock(), by: fiona, ...(await gate.background(request)), ...(seen && { seen }) });
  const rows = reviewRows(review, drawing);
  const question = questionRows(review, drawing, { as: personText(fiona), shown: review.args.length, above: 0 });
  return [...rows, ...question, "Sign this? y = yes, Enter = no "];
}

it("the inbox", async () => {
  const { asked, clock } = await office();
  const [columns, lines] = [100, 14];
  const at = clock();
  let { state } = step(initial(lines, columns), { type: "read", items: asked, isAll: false, unreadable: 0, total: { count: 214, isLeast: false }, at }); // prettier-ignore
  ({ state } = step(state, { type: "key", key: "j", at }));
  const duplicates = ({ proposal }: ApprovalRequest) => asked.filter((other) => other.proposal.digest === proposal.digest);
  const rows = screenOf(state, {
    ...{ now: at, address: "postgres://db.example.com/countersign", tenant: "default", by: fiona, style: coloured, span: spanText },
    summaryOf: ({ request }) =>
      summaryOf(request, { now: at, by: fiona, duplicates: duplicates(request).filter((one) => one !== request) }),
  });
  await expect(await picture(rows, columns, "countersign inbox: five requests with deadlines, signatures and marks")).toMatchFileSnapshot(
    "../../../docs/pictures/inbox.svg",
  );
});

it("a value that imitates a request stays behind the gutter", async () => {
  const place = await office();
  const request = place.asked[1];
  if (!request) throw new Error("Nothing was asked.");
  const rows = await questionOn(90, request, place);
  expect(rows.join("\n")).toContain("DANGER");
  await expect(
    await picture(rows, 90, "countersign approve: a payment with warnings, and a memo that imitates a request"),
  ).toMatchFileSnapshot("../../../docs/pictures/approve.svg");
});

it("what somebody else has changed since", async () => {
  const place = await office();
  const [before] = place.asked;
  if (!before) throw new Error("Nothing was asked.");
  const changed = await place.gate.decide(before, edit({ ...before.args, amount: 4_000 }, { comment: "less the discount" }), {
    by: grace,
    via: "web",
  });
  const rows = await questionOn(90, changed, place, before);
  await expect(
    await picture(rows, 90, "countersign approve: what a reviewer has changed, beside what the model proposed"),
  ).toMatchFileSnapshot("../../../docs/pictures/edited.svg");
});

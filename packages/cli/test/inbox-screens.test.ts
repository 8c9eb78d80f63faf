// What a person sees of the inbox: its screens, drawn into a terminal emulator, at four sizes, with and without colours.
import { styleText } from "node:util";
import { createGate, definePolicy, type ApprovalRequest } from "@countersign/core";
import { reviewOf, spanText, summaryOf } from "@countersign/review";
import { sqliteStore } from "@countersign/sqlite";
import { RecordedScreen, styledRows } from "@countersign/recorded-screen";
import { plain, reviewRows, type Style } from "@countersign/terminal";
import { beforeAll, describe, expect, it } from "vitest";
import { pageOf } from "../src/inbox/screen.ts";
import { initial, type Event, type State } from "../src/inbox/state.ts";
import { step } from "../src/inbox/step.ts";
import { screenOf } from "../src/inbox/view.ts";

const NOW = Date.UTC(2027, 0, 31, 8);
const LATER = NOW + 11_100_000;

const policy = definePolicy({
  tools: {
    send_payment: {
      ask: true,
      review: { batch: true, remember: ["exact-args"], expiresIn: "4h" },
      describe: ({ args }) => ({
        title: `Pay ${String(args["recipient"])} $${String(args["amount"])}`,
        risk: args["amount"] === 90_000 ? "high" : "low",
      }),
    },
    merger: { ask: true, review: { quorum: 2, expiresIn: "2d" } },
    free_text: "ask",
  },
});

const CALLS: readonly (readonly [string, object, string?])[] = [
  ["send_payment", { recipient: "Acme Corp", amount: 4_200 }],
  ["send_payment", { recipient: "Acme Corp", amount: 4_200 }],
  ["send_payment", { recipient: "株式会社エニグマ商事ホールディングス", amount: 90_000 }, "dora@example.com"],
  ["merger", { of: "Initech", amount: 1_000_000 }],
  ["free_text", { text: `\u001b[2J\u202eevil ${"long ".repeat(60)}` }],
  ["free_text", { text: "> * 2h 14m │ Pay nobody\nAnother line\u0007" }],
  ...Array.from({ length: 30 }, (_, n) => ["send_payment", { recipient: `Supplier ${n + 1}`, amount: 1_000 + n }] as const),
];

let items: readonly ApprovalRequest[] = [];
beforeAll(async () => {
  await using store = sqliteStore(":memory:");
  let now = NOW;
  const gate = createGate({ policy, store, now: () => now, warn: () => {} });
  for (const [n, [tool, args, requestedBy = "bob"]] of CALLS.entries()) {
    now += 60_000;
    await gate.ask({ threadId: `thread-${n}`, key: "k", tool, args, requestedBy });
  }
  items = (await gate.list({ limit: 100 })).items;
});

/** Everything that the inbox can show, one screen after the other. */
function screens(lines: number, columns: number, style: Style): readonly (readonly [string, readonly string[]])[] {
  let state: State = initial(lines, columns);
  let at = LATER;
  const play = (...events: readonly (Event extends infer E ? (E extends Event ? Omit<E, "at"> : never) : never)[]): void => {
    for (const event of events) ({ state } = step(state, { ...event, at }));
  };
  const press = (...keys: readonly string[]): void => play(...keys.map((key) => ({ type: "key", key }) as const));
  const read = (found: readonly ApprovalRequest[]): void =>
    play({ type: "read", items: found, isAll: false, unreadable: 0, total: { count: 3_412, isLeast: false } });
  const known = (request: ApprovalRequest) => ({ duplicates: items.filter(({ proposal }) => proposal.digest === request.proposal.digest) });
  const scene = {
    address: "postgres://db.example/countersign",
    tenant: "acme",
    by: { id: "fiona", name: "Fiona Field", roles: ["finance"] },
    style,
    span: spanText,
  };
  const shot = (name: string) => {
    const summary = ({ request }: State["rows"][number]) => summaryOf(request, { now: at, ...known(request) });
    const screen = screenOf(state, { ...scene, now: at, summaryOf: summary });
    play({ type: "drawn" });
    at += 1_000;
    return [name, screen] as const;
  };
  const [first, second, third] = items;
  if (!first || !second || !third) throw new Error("Nothing was asked.");
  const look = (request: ApprovalRequest): void => {
    const review = reviewOf(request, { now: LATER, by: { id: "fiona", roles: ["finance"] }, freezes: [], past: [], ...known(request) });
    play({ type: "looked", request, rows: reviewRows(review, { columns, style }) });
  };
  const shots = [shot("empty, before anything was read")];
  read(items);
  shots.push(shot("the first page"));
  press("j", "j");
  shots.push(shot("another row"));
  press("k", "j", "a");
  shots.push(shot("a key that came too early"));
  read(items.filter((one) => one !== third));
  play({ type: "fate", request: { ...third, status: "rejected", version: 2, decisions: [{ decision: { type: "reject" }, by: { id: "grace" }, at, via: "web", digest: "d", signature: undefined }] } }); // prettier-ignore
  shots.push(shot("the row under the cursor was decided by somebody else"));
  press("k", "k", "x", "x");
  shots.push(shot("two are marked"));
  press("u", "/", "a", "c", "m", "e");
  shots.push(shot("what is looked for is typed"));
  press("return");
  read([first, second]);
  shots.push(shot("what was found"));
  play({ type: "away" });
  at += 75_000;
  shots.push(shot("the store is away"));
  read(items);
  press("?");
  shots.push(shot("the keys"));
  press("q", "g");
  look(first);
  shots.push(shot("a look"));
  press("space");
  shots.push(shot("further down"));
  press("q", "G");
  shots.push(shot("the end"));
  return shots;
}

const coloured: Style = (name, text) => (text === "" ? "" : styleText(name, text, { validateStream: false }));

describe.each([
  [80, 24],
  [120, 40],
  [40, 20],
  [20, 10],
])("on %i by %i", (columns, rows) => {
  it.each([
    ["with colours", coloured, "styled"],
    ["without colours", plain, "plain"],
  ] as const)("%s", async (_name, style, form) => {
    const pages: string[] = [];
    for (const [name, lines] of screens(rows, columns, style)) {
      // On a page that is full: what is drawn covers it, and nothing moves it.
      using screen = new RecordedScreen(columns, rows);
      await screen.write(`${"X".repeat(columns * rows)}${pageOf(lines)}`);
      const seen = screen.rows();
      expect(seen.join("\n")).not.toContain("XXX");
      expect(seen.slice(0, lines.length).every((line, row) => line.length > 0 || lines[row] === "")).toBe(true);
      pages.push(`── ${name}\n${(form === "plain" ? seen : styledRows(screen)).join("\n")}\n`);
    }
    await expect(pages.join("\n")).toMatchFileSnapshot(`screens/inbox-${columns}x${rows}-${form}.txt`);
  });
});

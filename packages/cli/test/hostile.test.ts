// Names that look like rows of ours, in every kind of output: none begins a row of a terminal, and nothing hidden gets out.
import { createGate, definePolicy, type ApprovalRequest } from "@countersign/core";
import { RecordedScreen } from "@countersign/recorded-screen";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleCommand } from "./support/command.ts";
import { FIONA, officeOn, type Office } from "./support/office.ts";

await bundleCommand();

/** What would be believed if it began a row. */
const FORGED = "approved 00000000 send_payment by cfo";
const HIDDEN = "\n\r\u009b2J\u202e\u001b[2J";
const SIZES = [40, 80] as const;
/** Long enough that the forged row would begin at the left edge wherever a terminal wraps. */
const hostile = (columns: number, before: number): string => `${"t".repeat((2 * columns - before) % columns)}${FORGED}${HIDDEN}${FORGED}`;

let office: Office;
const requests = new Map<number, ApprovalRequest>();
beforeAll(async () => {
  office = await officeOn("sqlite");
  const gate = createGate({ store: office.store, policy: definePolicy({ tools: {}, default: "ask" }), warn: () => {} });
  for (const columns of SIZES) {
    const asked = await gate.ask({
      threadId: hostile(columns, 20),
      key: `k${columns}`,
      requestedBy: hostile(columns, 10),
      tool: hostile(columns, 42),
      args: {},
    });
    if (asked.status !== "pending") throw new Error(asked.status);
    requests.set(columns, asked.request);
    await gate.cancel(asked.request.id, { by: FIONA, reason: hostile(columns, 5) });
    const other = await gate.ask({ threadId: `w${columns}`, key: "k", tool: hostile(columns, 40), args: { a: FORGED + HIDDEN } });
    if (other.status !== "pending") throw new Error(other.status);
    await gate.freeze({ tool: hostile(columns, 30) }, { by: { ...FIONA, name: hostile(columns, 12) }, reason: hostile(columns, 8) });
  }
});
afterAll(() => office.close());

const COMMANDS: readonly (readonly [name: string, args: (columns: number, request: ApprovalRequest) => readonly string[]])[] = [
  ["list", () => ["list", "--status", "all"]],
  ["show", (_columns, { id }) => ["show", id]],
  ["history", (_columns, { id }) => ["history", id]],
  ["audit query", () => ["audit", "query"]],
  ["freezes", () => ["freezes"]],
  ["grants", () => ["grants"]],
  ["doctor", () => ["doctor"]],
  ["wait", (_columns, { id }) => ["wait", id]],
  ["cancel", (_columns, { id }) => ["cancel", id, "--reason", "x", "--yes"]],
  ["approve, which is refused", (_columns, { id }) => ["approve", id]],
  ["an id that there isn't", (columns) => ["show", hostile(columns, 13 + 20)]],
  ["a command that there isn't", (columns) => [hostile(columns, 13 + 21)]],
  ["freeze", (columns) => ["freeze", "--tool", hostile(columns, 50), "--reason", "x", "--yes"]],
  ["a policy that there isn't", (columns) => ["policy", "lint", `${hostile(columns, 13)}.yaml`]],
];

describe.each(SIZES)("at %i columns", (columns) => {
  it.each(COMMANDS)("%s", async (_name, args) => {
    const request = requests.get(columns);
    if (!request) throw new Error("Nothing was asked.");
    const terminal = office.terminal(args(columns, request), { columns, rows: 200 });
    await terminal.ended();
    using screen = new RecordedScreen(columns, 200);
    await screen.write(terminal.raw);
    const rows = screen.rows().filter((row) => row !== "");
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row).not.toMatch(/^approved 0000/);
      expect(row.trimEnd().length).toBeLessThan(columns);
    }
    // Styles are ours. Nothing else acts on the terminal.
    // oxlint-disable-next-line no-control-regex
    expect(terminal.raw.replaceAll(/\u001b\[[\d;]*m|\r\n/g, "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

it("is one line in a pipe, with escapes", async () => {
  const { stdout, code } = await office.run(["freeze", "--tool", "pay\nfrozen 0000\u009b2J\u202e", "--reason", "x", "--yes"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^frozen \S+ tool pay\\u\{a\}frozen 0000\\u\{9b\}2J\\u\{202e\}\n$/);
});

it("is escaped once in a list", async () => {
  const { stdout } = await office.run(["list", "--status", "all"]);
  expect(stdout).toContain(`${FORGED}\\u{a}`);
  expect(stdout).not.toContain("{5c}");
});

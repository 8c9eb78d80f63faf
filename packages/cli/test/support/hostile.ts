// Names that look like rows of ours, in every kind of output.
import { createGate, definePolicy, type ApprovalRequest } from "@countersign/core";
import { RecordedScreen } from "@countersign/recorded-screen";
import { describe, expect, it } from "vitest";
import { FIONA, officeOn, type Office } from "./office.ts";

/** What would be believed if it began a row. */
export const FORGED = "approved 00000000 send_payment by cfo";
const HIDDEN = "\n\r\u009b2J\u202e\u001b[2J";
/** Columns of a terminal. */
export const SIZES = [40, 80] as const;
export type Size = (typeof SIZES)[number];
/** Long enough that the forged row would begin at the left edge wherever a terminal wraps. */
const hostileName = (columns: number, before: number): string =>
  `${"t".repeat((2 * columns - before) % columns)}${FORGED}${HIDDEN}${FORGED}`;

export interface HostileOffice extends Office {
  /** One for each width: what is hostile about it is as long as that takes. */
  readonly requests: ReadonlyMap<Size, ApprovalRequest>;
}

export async function hostileOffice(): Promise<HostileOffice> {
  const requests = new Map<Size, ApprovalRequest>();
  const office = await officeOn("sqlite");
  const gate = createGate({ store: office.store, policy: definePolicy({ tools: {}, default: "ask" }), warn: () => {} });
  for (const columns of SIZES) {
    const asked = await gate.ask({
      threadId: hostileName(columns, 20),
      key: `k${columns}`,
      requestedBy: hostileName(columns, 10),
      tool: hostileName(columns, 42),
      args: {},
    });
    if (asked.status !== "pending") throw new Error(asked.status);
    requests.set(columns, asked.request);
    await gate.cancel(asked.request.id, { by: FIONA, reason: hostileName(columns, 5) });
    const other = await gate.ask({ threadId: `w${columns}`, key: "k", tool: hostileName(columns, 40), args: { a: FORGED + HIDDEN } });
    if (other.status !== "pending") throw new Error(other.status);
    await gate.freeze(
      { tool: hostileName(columns, 30) },
      { by: { ...FIONA, name: hostileName(columns, 12) }, reason: hostileName(columns, 8) },
    );
  }
  return { ...office, requests };
}

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
  ["an id that there isn't", (columns) => ["show", hostileName(columns, 13 + 20)]],
  ["a command that there isn't", (columns) => [hostileName(columns, 13 + 21)]],
  ["freeze", (columns) => ["freeze", "--tool", hostileName(columns, 50), "--reason", "x", "--yes"]],
  ["a policy that there isn't", (columns) => ["policy", "lint", `${hostileName(columns, 13)}.yaml`]],
];

/** Every command: no name begins a row, and nothing hidden gets out. @param hostile the office, once it is there */
export function atColumns(columns: Size, hostile: () => HostileOffice): void {
  describe(`at ${columns} columns`, () => {
    it.concurrent.each(COMMANDS)("%s", async (_name, args) => {
      const office = hostile();
      const request = office.requests.get(columns);
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
}

import { groupsText, missingSignatures, type ApprovalRequest, type Page, type RequestQuery } from "@countersign/core";
import { summaryOf, toolText, visible, visibleJson, type Summary } from "@countersign/review";
import { Command } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import { usage } from "../failure.ts";
import { around, type Around } from "../output/around.ts";
import { fates } from "../output/same-call.ts";
import { shortIds } from "../output/short-ids.ts";
import { statusOf } from "../output/status.ts";
import { table, type Column } from "../output/table.ts";
import { warnOfUnreadable } from "../output/unreadable.ts";
import { marksOf, whatOf } from "../output/what.ts";
import { iso } from "../output/when.ts";
import { onChanges } from "./changes.ts";
import { queryOf, withFilters, type FilterOptions } from "./filters.ts";

interface ListOptions extends FilterOptions {
  readonly watch?: boolean;
  readonly count?: boolean;
}

/** Counted no further. */
const MOST = 1_000_000;

export function list(): Command {
  return withFilters(new Command("list").description("requests, the pending ones unless you say otherwise"))
    .option("--count", "only how many there are")
    .option("--watch", "stay, and show what changes; in a pipe: a line for each request that is new or has changed")
    .action((options: ListOptions, command: Command) =>
      atDesk(command, async (desk) => {
        if (options.count && options.watch) throw usage("--count and --watch exclude each other.");
        const query = queryOf(desk, options);
        if (options.count) return printCount(desk, query);
        if (!options.watch) return print(desk, await desk.gate.list(query));
        await onChanges(desk.store, desk.out.people ? redrawing(desk, query) : following(desk, query));
      }),
    );
}

async function printCount({ gate, out }: Desk, { limit: _limit, after: _after, order: _order, ...query }: RequestQuery): Promise<void> {
  const count = await gate.count(query, { cap: MOST });
  const isComplete = count < MOST;
  out.result({ count, isComplete }, String(count));
  if (!isComplete) out.warn(`There are ${MOST} or more.`);
}

function redrawing(desk: Desk, query: RequestQuery): () => Promise<void> {
  return async () => redraw(desk, await desk.gate.list(query));
}

/** Prints what is new or has changed since the last look. */
function following(desk: Desk, query: RequestQuery): () => Promise<void> {
  let known = new Map<string, number>();
  return async () => {
    const { items, unreadable, next } = await desk.gate.list(query);
    const fresh = items.filter(({ id, version }) => known.get(id) !== version);
    known = new Map(items.map(({ id, version }) => [id, version]));
    if (fresh.length > 0) await print(desk, { items: fresh, unreadable, next });
  };
}

async function redraw(desk: Desk, page: Page<ApprovalRequest>): Promise<void> {
  process.stdout.write("\u001b[H\u001b[2J");
  desk.out.line([{ style: "dim", text: `${iso(Date.now())}  ${desk.address}  Ctrl-C ends` }]);
  await print(desk, page);
}

async function print({ gate, out }: Desk, { items, unreadable, next }: Page<ApprovalRequest>): Promise<void> {
  if (out.json) for (const request of items) out.value(request);
  else if (items.length > 0 || !out.people) {
    const rows = rowsOf(items, await around(gate, items));
    if (table(out, out.people ? forPeople(rows, out.width) : FOR_PROGRAMS, rows))
      out.hint("… is where a line is cut: countersign show <id> prints all of it. The beginning of an id will do.");
  } else out.hint("Nothing here.");
  warnOfUnreadable(out, unreadable);
  if (next !== undefined) out.warn(`These are the first ${items.length}, there are more: --after ${next}`);
}

interface Row extends Around {
  readonly request: ApprovalRequest;
  readonly summary: Summary;
}

function rowsOf(items: readonly ApprovalRequest[], known: ReadonlyMap<string, Around>): readonly Row[] {
  const now = Date.now();
  return items.map((request) => {
    const { duplicates = [], freezes = [] } = known.get(request.id) ?? {};
    return { request, duplicates, freezes, summary: summaryOf(request, { now, duplicates, freezes }) };
  });
}

/** What is wide has room on wide terminals alone. */
function forPeople(rows: readonly Row[], width: number): readonly Column<Row>[] {
  const short = shortIds(rows.map(({ request }) => request.id));
  const takesSeveral = rows.some(({ summary }) => summary.signatures !== undefined);
  const isMarked = rows.some(({ summary }) => marksOf(summary) !== "");
  return [
    { name: "REQUEST", value: ({ request }) => short(request.id) },
    { name: "STATUS", value: ({ request }) => statusOf(request) },
    { name: "LEFT", value: ({ summary }) => summary.left ?? "-" },
    { name: "AGE", value: ({ summary }) => summary.age },
    ...(takesSeveral ? [{ name: "SIGNED", value: ({ summary }: Row) => summary.signatures ?? "-" }] : []),
    ...(width < 100 ? [] : [{ name: "BY", value: ({ request }: Row) => visible(request.requestedBy?.id ?? "-"), most: 20 }]),
    ...(isMarked ? [{ name: "MARKS", value: ({ summary }: Row) => marksOf(summary) || "-", most: width < 100 ? 16 : 40 }] : []),
    { name: "WHAT", value: ({ request, summary }) => whatOf(request, summary) },
  ];
}

/** In a pipe times are exact and the digest is there: what a script needs to sign. New columns come at the end. */
const FOR_PROGRAMS: readonly Column<Row>[] = [
  { name: "REQUEST", value: ({ request }) => request.id },
  { name: "STATUS", value: ({ request }) => statusOf(request) },
  { name: "ASKED", value: ({ request }) => iso(request.askedAt) },
  {
    name: "EXPIRES",
    value: ({ request: { status, expiresAt } }) => (status === "pending" && expiresAt !== undefined ? iso(expiresAt) : "-"),
  },
  { name: "BY", value: ({ request }) => visible(request.requestedBy?.id ?? "-") },
  { name: "DIGEST", value: ({ request }) => request.proposal.digest },
  { name: "SAME CALL", value: ({ duplicates }) => fates(duplicates) || "-" },
  { name: "MISSING", value: ({ request }) => (request.status === "pending" ? visible(groupsText(missingSignatures(request))) : "-") },
  { name: "TOOL", value: ({ request }) => toolText(request) },
  { name: "ARGUMENTS", value: ({ request }) => visibleJson(request.proposal.args, 0) },
  { name: "SIGNED", value: ({ summary }) => summary.signatures ?? "-" },
  { name: "MARKS", value: ({ summary }) => marksOf(summary) || "-" },
  { name: "TITLE", value: ({ summary }) => summary.title },
];

import { missingSignatures, quorumOf, type ApprovalRequest, type Page, type RequestQuery } from "@countersign/core";
import { groupsText, visible, visibleJson } from "@countersign/core/terminal";
import { Command } from "commander";
import { atDesk, type Desk } from "../desk.ts";
import { toolOf } from "../output/request.ts";
import { statusOf } from "../output/status.ts";
import { fatesById } from "../output/same-call.ts";
import { table, type Column } from "../output/table.ts";
import { warnOfUnreadable } from "../output/unreadable.ts";
import { iso, span } from "../output/when.ts";
import { onChanges } from "./changes.ts";
import { queryOf, withFilters, type FilterOptions } from "./filters.ts";

export function list(): Command {
  return withFilters(new Command("list").description("requests, the pending ones unless you say otherwise"))
    .option("--watch", "stay, and show what changes; in a pipe: a line for each request that is new or has changed")
    .action((options: FilterOptions & { watch?: boolean }, command: Command) =>
      atDesk(command, async (desk) => {
        const query = queryOf(desk, options, command.getOptionValueSource("status") === "cli");
        if (!options.watch) return print(desk, await desk.gate.list(query));
        await onChanges(desk.store, desk.out.people ? redrawing(desk, query) : following(desk, query));
      }),
    );
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
  desk.out.line(desk.out.style("dim", `${iso(Date.now())}  ${desk.address}  Ctrl-C ends`));
  await print(desk, page);
}

async function print({ gate, out }: Desk, { items, unreadable, next }: Page<ApprovalRequest>): Promise<void> {
  if (out.json) for (const request of items) out.value(request);
  else if (items.length > 0 || !out.people) {
    if (table(out, columns(out.people, items, await fatesById(gate, items)), items))
      out.hint("… is where a line is cut: countersign show <id> prints all of it.");
  } else out.hint("Nothing here.");
  warnOfUnreadable(out, unreadable);
  if (next !== undefined) out.warn(`These are the first ${items.length}, there are more: --after ${next}`);
}

/** In a pipe times are exact and the digest is there: what a script needs to sign. */
function columns(
  people: boolean,
  items: readonly ApprovalRequest[],
  fates: ReadonlyMap<string, string>,
): readonly Column<ApprovalRequest>[] {
  const now = Date.now();
  const takesSeveral = items.some(({ status, terms }) => status === "pending" && quorumOf(terms) > 1);
  const hasSome = [...fates.values()].some((fate) => fate !== "");
  const ago = (at: number): string => (people ? span(now - at) : iso(at));
  const until = (at: number | undefined): string => (at === undefined ? "-" : people ? span(at - now) : iso(at));
  return [
    { name: "REQUEST", value: ({ id }) => id },
    { name: "STATUS", value: statusOf },
    { name: "ASKED", value: ({ askedAt }) => ago(askedAt) },
    { name: "EXPIRES", value: ({ status, expiresAt }) => until(status === "pending" ? expiresAt : undefined) },
    { name: "BY", value: ({ requestedBy }) => requestedBy?.id ?? "-" },
    ...(people ? [] : [{ name: "DIGEST", value: ({ proposal }: ApprovalRequest) => proposal.digest }]),
    ...(people && !hasSome ? [] : [{ name: "SAME CALL", value: ({ id }: ApprovalRequest) => fates.get(id) || "-" }]),
    ...(people && !takesSeveral ? [] : [{ name: "MISSING", value: missingOf }]),
    { name: "TOOL", value: toolOf },
    { name: "ARGUMENTS", value: ({ proposal }) => visibleJson(proposal.args, 0) },
  ];
}

/** Whose signatures a request still takes. */
function missingOf(request: ApprovalRequest): string {
  return request.status === "pending" ? visible(groupsText(missingSignatures(request))) : "-";
}

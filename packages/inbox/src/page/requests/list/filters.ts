import type { ListRequests } from "@countersign/server/client";

export const VIEWS = ["mine", "waiting", "decided", "unknown", "all"] as const;
/** `mine`: what waits for whoever looks. `unknown`: those of which nobody knows whether they ran. */
export type View = (typeof VIEWS)[number];

export const DECIDED = ["approved", "rejected", "expired", "cancelled"] as const;
export type DecidedStatus = (typeof DECIDED)[number];

const ORDERS = ["deadline", "oldest", "newest"] as const;
export type Order = (typeof ORDERS)[number];

/** Named in an address as the API names them. */
export const FIELDS = ["tool", "agent", "requestedBy", "decidedBy", "thread", "digest"] as const;
export type Field = (typeof FIELDS)[number];

/** What a list shows, and in which order. The address says it. */
export interface Filters {
  readonly view: View;
  /** Of what is decided: only these. */
  readonly status: DecidedStatus | undefined;
  readonly fields: Readonly<Partial<Record<Field, string>>>;
  readonly search: string;
  readonly order: Order;
  readonly isGrouped: boolean;
}

/** The longest text that the server searches for. */
export const LONGEST_SEARCH = 200;

/** Those that a view can be sorted by, the usual one first. What is decided has no deadline any more. */
export function ordersOf(view: View): readonly [Order, ...Order[]] {
  return view === "mine" || view === "waiting" ? ["deadline", "oldest", "newest"] : ["newest", "oldest"];
}

/** What an address asks for. `ignored`: what it asks for that this page doesn't know. */
export function filtersOf(query: URLSearchParams): { readonly filters: Filters; readonly ignored: readonly string[] } {
  const ignored: string[] = [];
  function one<T extends string>(name: string, known: readonly T[]): T | undefined {
    const given = query.get(name) ?? "";
    const found = known.find((each) => each === given);
    if (given !== "" && found === undefined) ignored.push(`${name}=${given}`);
    return found;
  }
  const status = one("status", ["pending", ...DECIDED]);
  const implied = status === "pending" ? "waiting" : status ? "decided" : one("execution", ["unknown"]);
  const view = one("view", VIEWS) ?? implied ?? "mine";
  const orders = ordersOf(view);
  const fields = FIELDS.flatMap((name) => {
    const value = query.get(name)?.trim() ?? "";
    return value === "" ? [] : [[name, value] as const];
  });
  const filters: Filters = {
    view,
    status: view === "decided" && status !== "pending" ? status : undefined,
    fields: Object.fromEntries(fields),
    search: (query.get("search") ?? "").trim().slice(0, LONGEST_SEARCH),
    order: one("order", orders) ?? orders[0],
    isGrouped: one("group", ["on"]) === "on",
  };
  return { filters, ignored };
}

/** The address of filters: only what isn't as usual. */
export function queryOf({ view, status, fields, search, order, isGrouped }: Filters): URLSearchParams {
  const query = new URLSearchParams();
  if (view !== "mine") query.set("view", view);
  if (status) query.set("status", status);
  for (const name of FIELDS) if (fields[name] !== undefined) query.set(name, fields[name]);
  if (search !== "") query.set("search", search);
  if (order !== ordersOf(view)[0]) query.set("order", order);
  if (isGrouped) query.set("group", "on");
  return query;
}

/** Another view of what matches the same conditions. */
export function viewed(filters: Filters, view: View): Filters {
  const orders = ordersOf(view);
  const order = orders.includes(filters.order) && ordersOf(filters.view)[0] !== filters.order ? filters.order : orders[0];
  return { ...filters, view, status: undefined, order };
}

/** What the server is asked, so that the answers together are the list. It takes one status at a time. */
export function asksOf(filters: Filters): readonly ListRequests[] {
  const { view, status, order } = filters;
  const rest = { ...conditionsOf(filters), order };
  switch (view) {
    case "mine":
      return [{ ...rest, status: "pending", mine: true }];
    case "waiting":
      return [{ ...rest, status: "pending" }];
    case "decided":
      return (status ? [status] : DECIDED).map((each) => ({ ...rest, status: each }));
    case "unknown":
      return [{ ...rest, execution: "unknown" }];
    case "all":
      return [rest];
  }
}

/** What it takes beside the view. */
function conditionsOf({ fields, search }: Filters): ListRequests {
  return { ...fields, ...(search !== "" && { search }) };
}

/** Does anything narrow the view? */
export function isNarrowed({ status, fields, search }: Filters): boolean {
  return status !== undefined || search !== "" || Object.keys(fields).length > 0;
}

/** The same view, of everything in it. */
export function widened(filters: Filters): Filters {
  return { ...filters, status: undefined, fields: {}, search: "" };
}

/** Would a request that stands like this be in the view? Of `mine` that alone doesn't tell. */
export function isInView({ view, status }: Filters, now: { readonly status: string; readonly execution: string }): boolean {
  switch (view) {
    case "mine":
    case "waiting":
      return now.status === "pending";
    case "decided":
      return status === undefined ? now.status !== "pending" : now.status === status;
    case "unknown":
      return now.execution === "unknown";
    case "all":
      return true;
  }
}

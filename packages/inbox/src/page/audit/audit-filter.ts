import type { ListAudit } from "@countersign/server/client";

export type AuditFilter = Pick<ListAudit, "subject" | "type" | "actor" | "since" | "until">;

const TEXTS = ["subject", "type", "actor"] as const;
const HOUR = 3_600_000;

/** Ms back from now. 0 in an address: from the beginning. */
export const RANGES: readonly { readonly name: string; readonly back: number | undefined }[] = [
  { name: "Last hour", back: HOUR },
  { name: "Last 24 hours", back: 24 * HOUR },
  { name: "Last 7 days", back: 7 * 24 * HOUR },
  { name: "From the beginning", back: undefined },
];

/** What an address asks for. One that names no time means the last day, unless it names one record, whose trail is short. */
export function filterIn(query: URLSearchParams, now: number): AuditFilter {
  const texts = Object.fromEntries(TEXTS.flatMap((name) => pair(name, query.get(name)?.trim() ?? "")));
  const [since, until] = [timeIn(query, "since"), timeIn(query, "until")];
  const from = since ?? ("subject" in texts ? undefined : now - 24 * HOUR);
  return { ...texts, ...(from !== undefined && from !== 0 && { since: from }), ...(until !== undefined && { until }) };
}

/** The address that asks for it. */
export function queryOf({ since, ...rest }: AuditFilter): URLSearchParams {
  const given = { ...rest, since: since ?? (rest.subject === undefined ? 0 : undefined) };
  return new URLSearchParams(Object.entries(given).flatMap(([name, value]) => pair(name, value === undefined ? "" : String(value))));
}

/** The address of the export of just this. */
export function exportHref(base: string, filter: AuditFilter): string {
  const query = new URLSearchParams({ format: "ndjson" });
  for (const [name, value] of Object.entries(filter)) query.set(name, String(value));
  return `${base}/v1/audit?${query.toString()}`;
}

/** As `<input type="datetime-local">` has it, in the time zone of whoever looks. */
export function localText(at: number | undefined): string {
  if (at === undefined) return "";
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return Number.isFinite(local.getTime()) ? local.toISOString().slice(0, 16) : "";
}

export function localTime(text: string): number | undefined {
  const at = text === "" ? NaN : new Date(text).getTime();
  return Number.isFinite(at) ? at : undefined;
}

function timeIn(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name) ?? "";
  return /^\d{1,15}$/.test(given) ? Number(given) : undefined;
}

function pair(name: string, value: string): [string, string][] {
  return value === "" ? [] : [[name, value]];
}

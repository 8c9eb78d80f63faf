import type { Cors } from "./cors.ts";
import { hostName } from "./host-name.ts";
import { HttpError } from "./problem.ts";

const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * What changes something comes from a page of ours, or carries what no browser sends by itself. A browser that says where a
 * page is from is believed before `Origin`, which a page on plain http shares with the one on https.
 *
 * What reads may be a link anywhere. But no page elsewhere has a person's browser ask beside it: it can't read the answer, and
 * how long it takes tells whether a search has found something.
 * @throws HttpError CROSS_ORIGIN
 */
export function demandOwnPage({ method, headers }: Request, hosts: ReadonlySet<string>, cors: Cors | undefined): void {
  if (/^bearer +\S/i.test(headers.get("authorization") ?? "")) return;
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  if (site === "same-origin") return;
  if (SAFE.has(method)) {
    const isElsewhere = site === "same-site" || site === "cross-site";
    if (!isElsewhere || headers.get("sec-fetch-mode") === "navigate" || (origin !== null && cors?.origins.includes(origin))) return;
    throw new HttpError("CROSS_ORIGIN");
  }
  if (origin !== null && cors?.credentials && cors.origins.includes(origin)) return;
  if (site === null && origin !== null && isOurs(origin, hosts)) return;
  throw new HttpError("CROSS_ORIGIN");
}

function isOurs(origin: string, hosts: ReadonlySet<string>): boolean {
  return /^https?:\/\//.test(origin) && URL.canParse(origin) && hosts.has(hostName(new URL(origin).host));
}

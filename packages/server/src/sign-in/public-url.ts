import { CountersignError } from "@countersign/core";

/** Where browsers reach the server. */
export interface PublicUrl {
  readonly origin: string;
  /** Without a slash at its end: empty at the root. */
  readonly basePath: string;
  /** False only for plain http on loopback. */
  readonly isSecure: boolean;
  /** The port where it isn't the scheme's own, else empty. */
  readonly port: string;
  /** An address of the server, from the base path. */
  readonly at: (path: string) => string;
}

/** @throws SETUP for anything but https, and http on loopback */
export function readPublicUrl(given: string): PublicUrl {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isSecure = url?.protocol === "https:";
  const isUsable = url && (isSecure || (url.protocol === "http:" && isLoopback(url.hostname)));
  if (!isUsable || url.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "")
    throw new CountersignError("SETUP", {
      hint: `A session's cookie can't be kept safe at ${JSON.stringify(given)}. Write url: "https://approvals.acme.example", with the base path if there is one; http is for localhost.`,
    });
  const { origin, port } = url;
  const basePath = url.pathname.replace(/\/+$/, "");
  return { origin, basePath, isSecure, port, at: (path) => `${origin}${basePath}${path}` };
}

/** Does only this machine answer under this name of a URL? */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Characters: it is kept in a cookie. */
const LONGEST = 1_000;

/**
 * Where to go after signing in: an address of the server itself, and none of signing in. Anything else, and what is too long
 * for a cookie: the server's first page.
 */
export function returnUrl({ origin, basePath }: PublicUrl, asked: string | null): string {
  const home = `${origin}${basePath}/`;
  const url = asked !== null && URL.canParse(asked, home) ? new URL(asked, home) : undefined;
  // Compared and answered as a whole: of a path alone, a browser makes another server's address if it begins with two slashes.
  const isOurs = url !== undefined && url.href.length <= LONGEST && url.href.startsWith(home);
  return isOurs && !`${url.pathname}/`.startsWith(`${basePath}/auth/`) ? url.href : home;
}

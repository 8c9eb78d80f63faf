import type { PublicUrl } from "./public-url.ts";

/** One cookie of the server: HttpOnly, for this host alone, and gone when the browser is closed. */
export interface Cookie {
  readonly name: string;
  /** Undefined: there is none, or several, of which nobody can tell which is ours. */
  read(request: Request): string | undefined;
  /** What `Set-Cookie` says. @param maxAge in s; absent: until the browser is closed */
  set(value: string, maxAge?: number): string;
  clear(): string;
}

/**
 * `__Host-` is for https. Over http on loopback the cookie has neither the prefix nor `Secure`: Chromium takes both there,
 * Firefox the second, Safari none. Cookies know no ports, so the name has the port: servers of one machine have a session each.
 *
 * `SameSite=Lax`, because a link in a message has to find the session. No get changes anything.
 */
export function cookieAt({ isSecure, port }: PublicUrl, name: string): Cookie {
  const full = `${isSecure ? "__Host-" : ""}countersign-${name}${port && `-${port}`}`;
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  return {
    name: full,
    read(request) {
      const found = cookiesOf(request).filter(([key]) => key === full);
      return found.length === 1 ? found[0]?.[1] : undefined;
    },
    set: (value, maxAge) => `${full}=${value}; ${attributes}${maxAge === undefined ? "" : `; Max-Age=${maxAge}`}`,
    clear: () => `${full}=; ${attributes}; Max-Age=0`,
  };
}

/** All that the browser sent, by name. */
export function cookiesOf(request: Request): readonly (readonly [name: string, value: string])[] {
  return (request.headers.get("cookie") ?? "").split(";").flatMap((each) => {
    const at = each.indexOf("=");
    return at === -1 ? [] : [[each.slice(0, at).trim(), each.slice(at + 1).trim()] as const];
  });
}

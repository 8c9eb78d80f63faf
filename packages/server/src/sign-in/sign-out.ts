import type { Cookie } from "./cookie.ts";
import type { Sessions } from "./sessions.ts";
import type { SignInRoute } from "./sign-in.ts";

/** Ends the session in the store: a copy of its cookie is worth nothing. Answers the same where there was none. */
export function signOutRoute(path: string, cookie: Cookie, sessions: Sessions): SignInRoute {
  return {
    method: "post",
    path,
    summary: "Ends the session of this browser.",
    async run(request) {
      const secret = cookie.read(request);
      if (secret !== undefined) await sessions.end(secret);
      return new Response(null, { status: 204, headers: { "Set-Cookie": cookie.clear() } });
    },
  };
}

import type { SignIn } from "@countersign/server";
import { PEOPLE, type PersonName } from "./house.ts";

interface SignInDeskOptions {
  /** Its name, and what stands on its button. */
  readonly name: string;
  /** Whom it signs in. */
  readonly person: () => PersonName;
  /** Ms. */
  readonly until?: () => number | undefined;
  readonly authenticatedAt?: () => number;
}

/** A way of signing in with addresses of its own, as OpenID Connect has them: whoever comes is signed in, and sent back. */
export function signInDesk(url: string, { name, person, until, authenticatedAt }: SignInDeskOptions): SignIn {
  const cookie = `as-${name}`;
  return {
    name,
    url,
    authenticate(request) {
      const signedIn = new RegExp(`${cookie}=(\\w+)`).exec(request.headers.get("cookie") ?? "")?.[1];
      const by = PEOPLE[signedIn as PersonName];
      return by && { by, kind: "person", until: until?.(), authenticatedAt: authenticatedAt?.() };
    },
    routes: [
      {
        method: "get",
        path: `/auth/${name}/sign-in`,
        summary: "Signs in.",
        run: async (request) =>
          new Response(null, {
            status: 302,
            headers: {
              Location: new URL(new URL(request.url).searchParams.get("return") ?? `${url}/`, url).href,
              "Set-Cookie": `${cookie}=${person()}; Path=/`,
            },
          }),
      },
      {
        method: "post",
        path: `/auth/${name}/sign-out`,
        summary: "Signs out.",
        run: async () => new Response(null, { status: 204, headers: { "Set-Cookie": `${cookie}=; Path=/; Max-Age=0` } }),
      },
    ],
  };
}

import { CountersignError, type Principal } from "@countersign/core";
import { demandOptions } from "@countersign/core/surface";
import { randomPKCECodeVerifier } from "openid-client";
import { KEY_PREFIX } from "../../access/authenticate.ts";
import { personOf } from "../../access/people.ts";
import { cookieAt } from "../cookie.ts";
import { readLasting } from "../lasting.ts";
import { pageResponse } from "../page.ts";
import { readPublicUrl, returnUrl } from "../public-url.ts";
import { sessionsOf } from "../sessions.ts";
import type { SignIn } from "../sign-in.ts";
import { isLive } from "../../http/is-live.ts";
import { signOutRoute } from "../sign-out.ts";
import { attemptsAt, type Attempt } from "./attempt.ts";
import type { Claims, OidcOptions } from "./options.ts";
import { ProviderError, providerOf } from "./provider.ts";

const HOUR = 3_600_000;
const OPTIONS: { readonly [K in keyof Required<OidcOptions>]: true } = {
  gate: true,
  url: true,
  issuer: true,
  clientId: true,
  clientSecret: true,
  clientAuthentication: true,
  people: true,
  roles: true,
  scope: true,
  lasts: true,
  idle: true,
  name: true,
};

/**
 * People sign in at an OpenID Connect provider: with a code and PKCE, a state and a nonce. The browser gets an opaque cookie;
 * the session stands in the gate's store. A person is issuer and subject, never a mail address.
 *
 * Browsers are sent to `/auth/oidc/sign-in?return=/approvals/requests/…`, with `&fresh` if the person has to prove anew who
 * they are. A `POST` to `/auth/oidc/sign-out` ends the session.
 * @example
 * const signIn = oidc({ gate, url: "https://approvals.acme.example", issuer: "https://id.acme.example", clientId, clientSecret, people });
 * createServer({ gate, hosts: ["approvals.acme.example"], authenticate: signIn });
 * @throws SETUP for addresses without https, for an option that there isn't, and for what isn't a duration
 */
export function oidc(options: OidcOptions): SignIn {
  demandOptions(options, Object.keys(OPTIONS), "oidc({ gate, url, issuer, clientId, clientSecret, people })");
  const { gate, people, roles, name = "oidc" } = options;
  const { lasts, idle } = readLasting(options.lasts ?? (people ? 12 * HOUR : HOUR), options.idle ?? HOUR);
  if (!people && lasts > HOUR)
    throw new CountersignError("SETUP", {
      hint: 'Roles by claims last an hour at the most: nobody would notice that one was taken away. Write lasts: "1h" or less, or give people.',
    });
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    throw new CountersignError("SETUP", {
      hint: `${JSON.stringify(name)} can't stand in an address. Write name: "partners", in small letters.`,
    });
  const url = readPublicUrl(options.url);
  const cookie = cookieAt(url, name);
  const sessions = sessionsOf(gate, `${name} ${options.issuer}`);
  const attempts = attemptsAt(url, name);
  const path = (last: string): string => `/auth/${name}/${last}`;
  const provider = providerOf(options, url.at(path("callback")));

  /** The person whom a session or a token is about. Undefined: nobody that may come in. */
  const personFor = async (identity: string, known: Pick<Principal, "name" | "roles">): Promise<Principal | undefined> => {
    if (!people) return { id: identity, kind: "person", ...known };
    const person = await personOf(people, identity);
    return person && { ...person, ...(person.name === undefined && known.name !== undefined && { name: known.name }) };
  };

  const admitted = async (request: Request, attempt: Attempt, claims: Claims, signedIn: (by: Principal) => void): Promise<Response> => {
    const identity = `${claims.iss}#${claims.sub}`;
    const given = {
      ...(typeof claims["name"] === "string" && { name: claims["name"] }),
      ...(roles && { roles: [...(await roles(claims))] }),
    };
    const person = await personFor(identity, given);
    if (!person || person.id.startsWith(KEY_PREFIX))
      return failed(
        403,
        `You are ${identity}, and nobody here has that id. An operator can add it to your entry in the list of people.`,
        attempt.state,
      );
    const authTime = claims["auth_time"];
    const authenticatedAt = typeof authTime === "number" ? { authenticatedAt: Math.min(authTime * 1_000, Date.now()) } : {};
    const before = cookie.read(request);
    if (before !== undefined) await sessions.end(before);
    const secret = await sessions.start({ identity, as: person.id, ...given, ...authenticatedAt, lasts, idle });
    signedIn(person);
    return redirect(returnUrl(url, attempt.to), [cookie.set(secret), ...attempts.forget(attempt.state)]);
  };

  const failed = (status: number, text: string, state: string | null): Response => {
    const page = pageResponse(status, {
      title: "You are not signed in",
      text,
      links: { "Sign in": url.at(path("sign-in")) },
      headers: status === 503 ? { "Retry-After": "10" } : {},
    });
    for (const each of attempts.forget(state)) page.headers.append("Set-Cookie", each);
    return page;
  };

  const orFailed = async (state: string | null, report: (error: Error) => void, answer: () => Promise<Response>): Promise<Response> => {
    try {
      return await answer();
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error;
      if (error.reason !== "access_denied")
        report(new CountersignError("SETUP", { hint: `Signing in at ${options.issuer} failed: ${error.reason}.` }, { cause: error }));
      return error.isAway
        ? failed(503, "The provider that you sign in at does not answer. Try again in a moment.", state)
        : failed(403, "The provider that you sign in at did not let you in, or its answer can't be trusted.", state);
    }
  };

  return {
    name,
    url: options.url,
    async authenticate(request) {
      const secret = cookie.read(request);
      const session = secret === undefined ? undefined : await sessions.find(secret, !isLive(request));
      const by = session && (await personFor(session.identity, { name: session.name, roles: session.roles }));
      return by && { by, kind: "person", until: session.until, authenticatedAt: session.authenticatedAt };
    },
    routes: [
      {
        method: "get",
        path: path("sign-in"),
        summary: "Sends a browser to the provider. `return` is where it comes back to; `fresh` asks the person to prove anew who they are.",
        run: (request, { report }) => {
          const asked = new URL(request.url);
          // localhost and 127.0.0.1 have cookies of their own: the provider sends the browser back to one of them.
          if (!url.isSecure && asked.origin !== url.origin) return Promise.resolve(redirect(url.at(path("sign-in")) + asked.search, []));
          return orFailed(null, report, async () => {
            const to = returnUrl(url, asked.searchParams.get("return"));
            const isFresh = asked.searchParams.has("fresh");
            const { attempt, cookies } = attempts.begin(request, { verifier: randomPKCECodeVerifier(), to, isFresh });
            return redirect(String(await provider.signInUrl(attempt)), cookies);
          });
        },
      },
      {
        method: "get",
        path: path("callback"),
        summary: "Where the provider sends the browser back to.",
        run: (request, { report, signedIn }) => {
          const { search, searchParams } = new URL(request.url);
          const state = searchParams.get("state");
          return orFailed(state, report, async () => {
            const attempt = attempts.find(request, state);
            if (!attempt) return failed(400, "This sign-in is over, or it did not begin in this browser.", null);
            const claims = await provider.claimsOf(attempt, new URL(url.at(path("callback")) + search));
            return admitted(request, attempt, claims, signedIn);
          });
        },
      },
      signOutRoute(path("sign-out"), cookie, sessions),
    ],
  };
}

function redirect(to: string, cookies: readonly string[]): Response {
  const response = new Response(null, { status: 303, headers: { Location: to } });
  for (const cookie of cookies) response.headers.append("Set-Cookie", cookie);
  return response;
}

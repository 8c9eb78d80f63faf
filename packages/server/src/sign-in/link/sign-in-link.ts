import type { Duration, Gate, Principal } from "@countersign/core";
import { demandOptions, documentsOf } from "@countersign/core/surface";
import { z } from "zod";
import { HttpError } from "../../http/problem.ts";
import { cookieAt } from "../cookie.ts";
import { isLive } from "../../http/is-live.ts";
import { readDuration, readLasting } from "../lasting.ts";
import { pageResponse } from "../page.ts";
import { readPublicUrl } from "../public-url.ts";
import { hashOf, newSecret } from "../secret.ts";
import { sessionsOf } from "../sessions.ts";
import { signOutRoute } from "../sign-out.ts";
import type { SignIn } from "../sign-in.ts";
import { SCRIPT } from "./page.ts";

const bodySchema = z.strictObject({ secret: z.string() });
const COLLECTION = "link";
const LIFE_MS = 12 * 3_600_000;

/** What {@link signInLink} needs. */
export interface SignInLinkOptions {
  /** Its store keeps links and sessions. */
  readonly gate: Gate;
  /** Where the browser reaches the server, with its base path: `http://localhost:4000`. */
  readonly url: string;
  /** Whom a link signs in. Asked with every request: sessions of somebody else are over, and roles are as they are now. */
  readonly person: () => Principal | Promise<Principal>;
  /** A link that nobody opened is over then. Default: 5 minutes. */
  readonly linkLasts?: Duration | undefined;
  /** A session ends then. Default: 12 hours. */
  readonly lasts?: Duration | undefined;
}

/** A way of signing in by links that are given out where only the right person reads them. */
export interface SignInLink extends SignIn {
  /** A new link: it signs one browser in, once. Its secret stands in the fragment, which no server and no log ever sees. */
  create(): Promise<string>;
}

/**
 * One person signs in by a link that the server's own terminal shows. Opening it changes nothing yet: the page behind it sends
 * the secret in a `POST`, and gets a session for this browser.
 * @example
 * const signIn = signInLink({ gate, url: "http://localhost:4000", person: () => alice });
 * createServer({ gate, hosts: ["localhost:4000"], authenticate: signIn });
 * console.log(await signIn.create());
 * @throws SETUP for an address that is neither https nor of this machine, for an option that there isn't, and for what isn't a duration
 */
export function signInLink(options: SignInLinkOptions): SignInLink {
  demandOptions(options, ["gate", "url", "person", "linkLasts", "lasts"], "signInLink({ gate, url, person })");
  const { gate, url: given, person, linkLasts = "5m", lasts = LIFE_MS } = options;
  const documents = documentsOf(gate);
  const url = readPublicUrl(given);
  const cookie = cookieAt(url, "link");
  const sessions = sessionsOf(gate, "link");
  const lasting = readLasting(lasts, lasts);
  const life = readDuration(linkLasts, "linkLasts");
  return {
    name: "link",
    url: given,
    async create() {
      const secret = newSecret();
      const { id } = await person();
      await documents.put({ collection: COLLECTION, id: hashOf(secret), body: { as: id }, expiresAt: Date.now() + life }, 0);
      return `${url.at("/auth/link")}#${secret}`;
    },
    async authenticate(request) {
      const secret = cookie.read(request);
      const session = secret === undefined ? undefined : await sessions.find(secret, !isLive(request));
      const by = session && (await person());
      if (by?.id !== session?.identity) return undefined;
      return by && { by, kind: "person", until: session.until, authenticatedAt: session.authenticatedAt };
    },
    routes: [
      {
        method: "get",
        path: "/auth/link",
        summary: "The page behind a link.",
        run: () =>
          Promise.resolve(pageResponse(200, { title: "Signing in", text: "One moment, please.", script: url.at("/auth/link.js") })),
      },
      {
        method: "get",
        path: "/auth/link.js",
        summary: "What that page runs.",
        run: () => Promise.resolve(new Response(SCRIPT, { headers: { "Content-Type": "text/javascript; charset=utf-8" } })),
      },
      {
        method: "post",
        path: "/auth/link",
        summary: "Trades a link's secret for a session of this browser, once.",
        body: bodySchema,
        async run(request, { body, signedIn }) {
          const id = hashOf(bodySchema.parse(body).secret);
          const link = await documents.get(COLLECTION, id);
          const by = await person();
          const { id: identity } = by;
          // Of two browsers that come at once, one deletes it.
          if (link?.body["as"] !== identity || !(await documents.delete(COLLECTION, id)))
            throw new HttpError("UNAUTHENTICATED", {
              detail: "It was used before, it is too old, or a part of it is missing. Get another one where you got this one.",
            });
          const before = cookie.read(request);
          if (before !== undefined) await sessions.end(before);
          const started = await sessions.start({ identity, as: identity, authenticatedAt: Date.now(), ...lasting });
          signedIn(by);
          return Response.json({ to: url.at("/") }, { headers: { "Set-Cookie": cookie.set(started) } });
        },
      },
      signOutRoute("/auth/link/sign-out", cookie, sessions),
    ],
  };
}

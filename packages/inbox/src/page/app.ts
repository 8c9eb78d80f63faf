import { createClient, type Client } from "@countersign/server/client";
import { createAnnouncer, type Announcer } from "./look/announcer.ts";
import { createLive, type Live } from "./live/live.ts";
import { createRoute, type Route } from "./route/route.ts";
import { createSession, type Session } from "./session/session.ts";

/** What all parts of the page share. There is one for each tab. */
export interface App {
  /** Where the server is mounted, without a slash at its end: "" or "/approvals". */
  readonly base: string;
  readonly client: Client;
  readonly session: Session;
  readonly live: Live;
  readonly route: Route;
  readonly announcer: Announcer;
}

export function createApp(): App {
  const base = new URL(document.baseURI).pathname.replace(/\/+$/, "");
  const session = createSession(base);
  const client = createClient({ baseUrl: base, fetch: session.fetch });
  return { base, client, session, live: createLive(client, session, base), route: createRoute(base), announcer: createAnnouncer() };
}

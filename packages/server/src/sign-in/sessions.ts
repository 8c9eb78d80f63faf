import type { Gate, Principal } from "@countersign/core";
import { documentsOf, type DocumentRecord } from "@countersign/core/surface";
import { z } from "zod";
import { hashOf, newSecret } from "./secret.ts";

const COLLECTION = "session";

const bodySchema = z.object({
  /** The way that made it: it counts there alone. */
  way: z.string(),
  /** Who signed in, as the way names them. */
  identity: z.string(),
  /** The principal's id, as it was when they signed in. */
  as: z.string(),
  name: z.string().optional(),
  /** Roles that count until the session ends. Absent: they are looked up with every request. */
  roles: z.array(z.string()).optional(),
  authenticatedAt: z.number().optional(),
  usedAt: z.number(),
  until: z.number(),
  idle: z.number(),
});
type SessionBody = z.output<typeof bodySchema>;

/** A session that is there. */
export type Session = Omit<SessionBody, "until"> & {
  /** Unix ms: it ends then, if it isn't used before. */
  readonly until: number;
};

/** What a new session is about. Times in ms. */
export type NewSession = Omit<SessionBody, "usedAt" | "until" | "way"> & { readonly lasts: number };

/** The sessions of one way of signing in. */
export interface Sessions {
  /** The secret for the cookie. */
  start(session: NewSession): Promise<string>;
  /** Undefined: it has ended, or there never was one. @param isUse false: looking doesn't keep it alive */
  find(secret: string, isUse: boolean): Promise<Session | undefined>;
  end(secret: string): Promise<void>;
}

/** Sessions are documents: they live through restarts, and every process knows them. The secret stands in the cookie alone. */
export function sessionsOf(gate: Gate, way: string): Sessions {
  const documents = documentsOf(gate);
  return {
    async start({ lasts, ...rest }) {
      const secret = newSecret();
      const now = Date.now();
      const body: SessionBody = { ...rest, way, usedAt: now, until: now + lasts };
      await documents.put({ collection: COLLECTION, id: hashOf(secret), body: plain(body), expiresAt: endOf(body) }, 0);
      return secret;
    },
    async find(secret, isUse) {
      const found = await documents.get(COLLECTION, hashOf(secret));
      const body = found && bodyOf(found);
      const now = Date.now();
      if (!body || body.way !== way || endOf(body) <= now) return undefined;
      // Written now and then, not with every request. Whoever ends it meanwhile is first: the put then finds nothing.
      if (!isUse || now - body.usedAt < Math.min(body.idle / 10, 60_000)) return { ...body, until: endOf(body) };
      const used = { ...body, usedAt: now };
      await documents.put({ collection: COLLECTION, id: found.id, body: plain(used), expiresAt: endOf(used) }, found.version);
      return { ...used, until: endOf(used) };
    },
    async end(secret) {
      await documents.delete(COLLECTION, hashOf(secret));
    },
  };
}

/**
 * Signs a person out everywhere: of all browsers, and of every way of signing in. Answers how many sessions ended. Whoever
 * shares an id or alias with `person` is meant.
 * @example await endSessionsOf(gate, { id: "fiona" })
 */
export async function endSessionsOf(gate: Gate, person: Pick<Principal, "id" | "aliases">): Promise<number> {
  const documents = documentsOf(gate);
  const ids = [person.id, ...(person.aliases ?? [])];
  let ended = 0;
  let after: string | undefined;
  do {
    const page = await documents.list({ collection: COLLECTION, limit: 500, ...(after !== undefined && { after }) });
    for (const each of page.items) {
      const body = bodyOf(each);
      if (body && (ids.includes(body.identity) || ids.includes(body.as)) && (await documents.delete(COLLECTION, each.id))) ended++;
    }
    after = page.next;
  } while (after !== undefined);
  return ended;
}

function endOf({ usedAt, idle, until }: SessionBody): number {
  return Math.min(usedAt + idle, until);
}

/** JSON has no undefined. */
function plain(body: SessionBody): Record<string, NonNullable<SessionBody[keyof SessionBody]>> {
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, NonNullable<(typeof entry)[1]>] => entry[1] !== undefined),
  );
}

/** Undefined for one that another version wrote: that person signs in again. */
function bodyOf({ body }: DocumentRecord): SessionBody | undefined {
  return bodySchema.safeParse(body).data;
}

import type { Acting, Duration, Gate } from "@countersign/core";
import { durationMs } from "@countersign/core/policy";
import { documentsOf, type DocumentNote, type DocumentRecord, type Documents } from "@countersign/core/surface";
import { hashOf, newSecret } from "../secret.ts";
import { grantSchema, invalid, keyFrom, keyOf, KEYS, type KeyBody, type KeyGrant, type KeyInfo } from "./key.ts";

/** A key to be given: what it may do, and for how long. `"never"` has to be written: it stays until somebody revokes it. */
export type NewKey = KeyGrant & { readonly expiresIn: Duration | "never" };

/** The API keys of a gate's tenant. */
export interface Keys {
  /**
   * Answers the key itself. It is shown this once: the store has its SHA-256. The trail says who gave it, and what it may do.
   * @throws INVALID_ARGS for a name that another key has, and for what isn't a key
   */
  give(key: NewKey, who: Acting): Promise<{ readonly key: string; readonly info: KeyInfo }>;
  /** All that count today, by name. */
  list(): Promise<readonly KeyInfo[]>;
  /** It stops with the next request, everywhere. Answers false if there is none of that name. */
  revoke(name: string, who: Acting): Promise<boolean>;
}

/**
 * Gives, lists and revokes API keys. Who may do so is the caller's to say: the command line's settings, an operator's role.
 * @example
 * const { key } = await createKeys(gate).give({ name: "ci", scope: "reader", expiresIn: "90d" }, { by: alice });
 * @throws SETUP for a store that keeps no documents
 */
export function createKeys(gate: Gate): Keys {
  const documents = documentsOf(gate);
  return {
    async give({ expiresIn, ...given }, { by, origin }) {
      const read = grantSchema.safeParse(given);
      if (!read.success) throw invalid(read.error.issues);
      const grant = read.data;
      const lasts = expiresIn === "never" ? undefined : durationMs(expiresIn);
      if (lasts === undefined && expiresIn !== "never")
        throw invalid([{ path: ["expiresIn"], message: 'expected a duration such as "90d", or "never"' }]);
      if ((await named(documents, grant.name)).length > 0) throw taken(grant.name);
      const secret = keyFrom(newSecret());
      const id = hashOf(secret);
      const now = Date.now();
      const body: KeyBody = { grant, givenAt: now, givenBy: by.id };
      const expires = lasts === undefined ? {} : { expiresAt: Math.floor(now + lasts) };
      const note = (type: string): DocumentNote => ({ subject: `key/${grant.name}`, type, by, data: { ...grant, ...expires }, origin });
      await documents.put({ collection: KEYS, id, body, ...expires }, 0, note("key.given"));
      // Of two who give the same name at once, at least one sees the other here, and takes theirs back.
      if ((await named(documents, grant.name)).length > 1) {
        await documents.delete(KEYS, id, { note: note("key.revoked") });
        throw taken(grant.name);
      }
      return { key: secret, info: { ...grant, givenAt: now, givenBy: by.id, ...expires } };
    },
    async list() {
      const found = (await all(documents)).flatMap((each) => keyOf(each)?.info ?? []);
      return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    },
    async revoke(name, { by, origin }) {
      let isRevoked = false;
      for (const { id } of await named(documents, name)) {
        const note = { subject: `key/${name}`, type: "key.revoked", by, origin };
        isRevoked = (await documents.delete(KEYS, id, { note })) || isRevoked;
      }
      return isRevoked;
    },
  };
}

async function named(documents: Documents, name: string): Promise<readonly DocumentRecord[]> {
  return (await all(documents)).filter((each) => keyOf(each)?.info.name === name);
}

async function all(documents: Documents): Promise<readonly DocumentRecord[]> {
  const found: DocumentRecord[] = [];
  let after: string | undefined;
  do {
    const page = await documents.list({ collection: KEYS, limit: 500, ...(after !== undefined && { after }) });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}

function taken(name: string): Error {
  return invalid([{ path: ["name"], message: `there is a key ${name} already: revoke it, or choose another name` }]);
}

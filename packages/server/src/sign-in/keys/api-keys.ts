import type { Gate, Principal } from "@countersign/core";
import { demandOptions, documentsOf } from "@countersign/core/surface";
import { KEY_PREFIX } from "../../access/authenticate.ts";
import type { Authenticate } from "../../access/caller.ts";
import { HttpError } from "../../http/problem.ts";
import { hashOf } from "../secret.ts";
import { keyIn, keyOf, KEYS } from "./key.ts";

const HOUR = 3_600_000;

/**
 * Programs come with a key that `createKeys` gave: `Authorization: Bearer cs_…`. Each request reads the store once, so that a
 * key that was revoked stops at once. A key is never a person.
 * @example createServer({ gate, hosts, authenticate: [apiKeys({ gate }), oidc(…)] })
 * @throws SETUP for a store that keeps no documents, and for an option that there isn't
 */
export function apiKeys(options: { readonly gate: Gate }): Authenticate {
  demandOptions(options, ["gate"], "apiKeys({ gate })");
  const documents = documentsOf(options.gate);
  return async (request) => {
    const key = keyIn(request.headers.get("authorization"));
    if (key === undefined) return undefined;
    const found = await documents.get(KEYS, hashOf(key));
    const read = found && keyOf(found);
    if (!read) throw new HttpError("UNAUTHENTICATED", { detail: "This API key is not known, has expired or was revoked." });
    const { info, body } = read;
    const now = Date.now();
    // Once an hour, and never over what somebody else wrote: a key that was revoked meanwhile stays so.
    if (now - (info.usedAt ?? 0) >= HOUR) await documents.put({ ...address(found), body: { ...body, usedAt: now } }, found.version);
    const by: Principal = { id: KEY_PREFIX + info.name, kind: info.scope === "reviewer-bot" ? "automation" : "service" };
    return {
      by,
      kind: info.scope,
      ...(info.scope === "agent" && { application: info.application, agent: info.agent }),
      until: info.expiresAt,
    };
  };
}

function address({
  collection,
  id,
  expiresAt,
}: {
  readonly collection: string;
  readonly id: string;
  readonly expiresAt?: number | undefined;
}) {
  return { collection, id, ...(expiresAt !== undefined && { expiresAt }) };
}

import { z } from "zod";
import type { Acting } from "../contract/gate.ts";
import type { Grant } from "../contract/grant.ts";
import { originNote } from "../contract/origin.ts";
import { CountersignError } from "../errors/error.ts";
import { parseInput } from "../errors/parse-input.ts";
import { readBy, readId } from "../gate/given.ts";
import type { Kernel } from "../kernel.ts";
import { revokeGrant, toGrant } from "../ledger/grant.ts";
import { persist } from "../ledger/persist.ts";
import { authorize } from "./authorize.ts";

/** Strict: a misspelt condition would find all of them. */
const querySchema = z.lazy(() => z.strictObject({ tool: z.string().optional() }));

/** Also those that are used up, revoked or expired. @throws INVALID_ARGS, SETUP for a store that can't list them */
export async function grants({ ledger, warn }: Kernel, query: { readonly tool?: string | undefined } = {}): Promise<readonly Grant[]> {
  const { tool } = parseInput(querySchema, query, "query", 'Write gate.grants({ tool: "pay" }), or no condition.');
  const found = await ledger.grants(tool);
  if (!found)
    throw new CountersignError("SETUP", { hint: "This store can't list grants. Revoke a grant by its id: gate.revokeGrant(id, { by })." });
  for (const { id, reason } of found.unreadable ?? [])
    warn(`The list of grants lacks ${id}: its record can't be read (${reason}). Compare it with a backup.`);
  return found.items.map(toGrant);
}

/** Whoever may sign the call may take a standing signature back. @throws GRANT_NOT_FOUND, NOT_AUTHORIZED */
export async function revoke({ ledger }: Kernel, id: string, options: Acting): Promise<void> {
  readId(id, "gate.revokeGrant(grant.id, { by })");
  const { by, origin } = readBy(options, 'gate.revokeGrant(grant.id, { by: { id: "alice" } })');
  await persist(async () => {
    const [record, at] = await Promise.all([ledger.grant(id), ledger.now()]);
    if (!record) throw new CountersignError("GRANT_NOT_FOUND", { id });
    authorize(by, record.grant.terms, undefined);
    if (record.revokedAt !== undefined) return true;
    return (await ledger.commit(revokeGrant(record, { at, actor: by, note: originNote(origin) }))).ok || undefined;
  });
}

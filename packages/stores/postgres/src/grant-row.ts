import type { GrantRecord } from "@countersign/core/store";
import type { Row } from "./connection.ts";
import { decode, encode } from "./json.ts";
import { fromText, nameOf, textOf, toText } from "./text.ts";
import type { Fields } from "./wire.ts";

/** Fields 5 to 18 of a grant: what it is for has columns, which uses of it are held to. `uses` is no part of a put. */
export function grantFields(record: GrantRecord): Fields {
  const { id: _id, version: _version, tenant: _tenant, uses: _uses, seq, head, grant, expiresAt, revokedAt, ...rest } = record;
  const { namespace, tool, agent, scope, decision, within, threadId, requestedBy, digest, ...about } = grant;
  const who = [textOf(namespace), toText(tool), toText(agent)];
  const what = [scope, decision, within, textOf(threadId), textOf(requestedBy), textOf(digest)];
  return [seq, toText(head), ...who, ...what, expiresAt, revokedAt, encode({ ...rest, grant: about })];
}

/** The columns that {@link toGrant} reads. */
export const GRANT =
  "tenant, id, version, uses, seq, head, namespace, tool, agent, scope, decision, within, thread_id, requested_by, digest, expires_at, revoked_at, record";

export function toGrant(row: Row): GrantRecord {
  const id = fromText(String(row["id"]));
  const { grant, ...rest } = decode(row, "record", `grant/${id}`) as { readonly grant?: object };
  return {
    ...rest,
    id,
    tenant: fromText(String(row["tenant"])),
    version: Number(row["version"]),
    uses: Number(row["uses"]),
    seq: Number(row["seq"]),
    head: fromText(String(row["head"])),
    grant: {
      ...grant,
      namespace: nameOf(row["namespace"]),
      tool: fromText(String(row["tool"])),
      agent: fromText(String(row["agent"])),
      scope: row["scope"],
      decision: row["decision"],
      within: row["within"],
      threadId: nameOf(row["thread_id"]),
      requestedBy: nameOf(row["requested_by"]),
      digest: nameOf(row["digest"]),
    },
    expiresAt: row["expires_at"] ?? undefined,
    revokedAt: row["revoked_at"] ?? undefined,
  } as unknown as GrantRecord;
}

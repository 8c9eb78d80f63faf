import { isDeepStrictEqual } from "node:util";
import type { Batch, Change, Committed, GrantRecord, RequestRecord, ThreadRecord } from "@countersign/core/store";
import { brief } from "../explain/brief.ts";
import { grant, request, thread } from "./records.ts";

/** A batch as somebody would say it, but for what all records of the suite have. */
export function batchWords({ changes, events, before }: Batch): string {
  const parts = [...changes.map(changeWords), ...events.map(({ subject, seq }) => `event ${seq} of ${subject}`)];
  const all = parts.length > 6 ? [...parts.slice(0, 6), `and ${parts.length - 6} more`] : parts;
  return `commit ${all.length > 0 ? all.join(", ") : "nothing"}${before === undefined ? "" : `, if it is before ${before}`}`;
}

/** A store that isn't finished may answer anything. */
export function committedWords(committed: Committed | undefined): string {
  if (typeof committed?.ok !== "boolean") return brief(committed);
  return committed.ok ? "accepted" : `refused (${committed.reason})`;
}

function changeWords(change: Change): string {
  switch (change.op) {
    case "put": {
      const { kind, record, expects } = change;
      const members = membersOf(kind, record);
      return `${expects === 0 ? `insert ${kind} ${record.id}` : `replace version ${expects} of ${kind} ${record.id}`}${members === "" ? "" : ` (${members})`}`;
    }
    case "add":
      return `add ${change.by} to \`${change.field}\` of ${change.kind} ${change.id}${change.floor === undefined ? "" : `, not below ${change.floor}`}`;
    case "require":
      return `require fence ${change.fence} of thread ${change.threadId}`;
    case "drop":
      return `drop the events of ${change.subject} up to ${change.through}`;
  }
}

/** What differs from the record that the suite makes of an id alone. */
function membersOf(kind: "request" | "thread" | "grant", record: RequestRecord | ThreadRecord | GrantRecord): string {
  const usual = { request, thread, grant }[kind](record.id);
  const ofGrant = "grant" in record && "grant" in usual ? others(record.grant, usual.grant) : [];
  return [...others(record, usual), ...ofGrant].map(([name, value]) => `${name} ${brief(value, 60)}`).join(", ");
}

function others(record: object, usual: object): readonly (readonly [string, unknown])[] {
  return Object.entries(record).filter(
    ([name, value]) => name !== "tenant" && name !== "grant" && !isDeepStrictEqual(value, (usual as Record<string, unknown>)[name]),
  );
}

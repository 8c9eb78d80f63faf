import type { AuditEvent, DecisionRecord, Grant, JsonObject } from "@countersign/core";
import { visibleJson } from "@countersign/core/terminal";
import type { Column } from "./table.ts";
import { iso } from "./when.ts";

/** What a line of an audit trail says. The data comes last, because it alone may be long: for people what matters of it. */
export function eventColumns(people: boolean): readonly Column<AuditEvent>[] {
  return [
    { name: "AT", value: ({ at }) => iso(at) },
    { name: "SUBJECT", value: ({ subject }) => (people ? subject.replace(SCHEMA, "$1…") : subject) },
    { name: "#", value: ({ seq }) => String(seq) },
    { name: "EVENT", value: ({ type }) => type },
    { name: "BY", value: ({ actor }) => actor?.id ?? "-" },
    { name: people ? "WHAT" : "DATA", value: people ? whatOf : ({ data }) => visibleJson(data, 0) },
  ];
}

/** Nobody reads a schema's hash, and it leaves the line no room. */
const SCHEMA = /^(thread\/countersign\/schema\/.{8}).*$/;

/** Fields that are told in words, and times and numbers that tell nothing new. */
const TOLD: ReadonlySet<string> = new Set(
  ["note", "state", "tool", "namespace", "args", "reason", "grant", "decisions", "error", "lastError", "begun", "attempt", "decidedAt", "endedAt"], // prettier-ignore
);

/** An event in a line: what nobody finds in the record, where it stands, what was asked or said, and what else is different. */
function whatOf({ subject, seq, type, data }: AuditEvent): string {
  const { note, state, was, decisions, error, lastError } = data as Partial<Data>;
  const isOwn = subject.startsWith("thread/countersign/");
  const others = seq === 1 || type === "purged" || isOwn ? [] : Object.keys(data).filter((field) => !TOLD.has(field));
  const parts = [
    noteText(note),
    state === type || isOwn ? "" : state,
    was && `was ${was}`,
    asked(data),
    ...(decisions ?? []).map(signature),
    error ?? lastError,
    others.length > 0 ? `changes ${others.join(", ")}` : "",
  ];
  return parts.filter((part) => typeof part === "string" && part !== "").join("; ");
}

interface Data {
  readonly note: JsonObject;
  readonly state: string;
  readonly was: string;
  readonly namespace: string;
  readonly tool: string;
  readonly args: JsonObject;
  readonly reason: string;
  readonly grant: Grant;
  readonly decisions: readonly DecisionRecord[];
  readonly error: string;
  readonly lastError: string;
}

function noteText(note: JsonObject = {}): string {
  return Object.entries(note).map(([name, value]) => `${name} ${typeof value === "string" ? value : visibleJson(value, 0)}`).join(", "); // prettier-ignore
}

/** What is proposed, or what is decided for calls to come. */
function asked({ tool, namespace, args, reason, grant }: Partial<Data>): string {
  if (grant) return `${grant.decision} ${grant.scope} of ${grant.tool}`;
  if (tool === undefined) return "";
  const call = `${namespace === undefined ? tool : `${namespace}/${tool}`}${args ? ` ${visibleJson(args, 0)}` : ""}`;
  return reason === undefined ? call : `${call}: ${reason}`;
}

/** What can't be kept as JSON has only its hash in an event. */
function signature({ decision, via }: Partial<DecisionRecord>): string {
  if (!decision) return "a signature";
  const { type, comment, remember } = decision;
  const words = [
    via === undefined ? type : `${type} by ${via}`,
    decision.type === "edit" ? visibleJson(decision.args, 0) : "",
    decision.type === "reject" ? (decision.message ?? "") : "",
    comment === undefined ? "" : `[${comment}]`,
    remember ? `remembered for ${remember.scope}` : "",
  ];
  return words.filter((word) => word !== "").join(" ");
}

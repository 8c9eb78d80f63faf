import type { AuditEvent, DecisionRecord, Grant, JsonObject, Origin } from "@countersign/core";
import { toolText, visible, visibleJson } from "@countersign/review";
import type { Column } from "./table.ts";
import { iso } from "./when.ts";

/** What a line of an audit trail says. The data comes last, because it alone may be long: for people what matters of it. */
export function eventColumns(people: boolean): readonly Column<AuditEvent>[] {
  return [
    { name: people ? "AT (UTC)" : "AT", value: ({ at }) => (people ? iso(at).slice(0, 19).replace("T", " ") : iso(at)) },
    { name: "SUBJECT", value: ({ subject }) => visible(people ? subject.replace(SCHEMA, "$1…") : subject) },
    { name: "#", value: ({ seq }) => String(seq) },
    { name: "EVENT", value: ({ type }) => visible(type), most: 14 },
    { name: "BY", value: ({ actor }) => visible(actor?.id ?? "-"), most: 16 },
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
    state === type || isOwn ? "" : state && visible(state),
    was && visible(`was ${was}`),
    asked(data),
    ...(decisions ?? []).map(signature),
    visible(error ?? lastError ?? ""),
    others.length > 0 ? visible(`changes ${others.join(", ")}`) : "",
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

function noteText({ origin, ...note }: JsonObject & { readonly origin?: Origin } = {}): string {
  const parts = Object.entries(note).map(
    ([name, value]) => `${visible(name)} ${typeof value === "string" ? visible(value) : visibleJson(value, 0)}`,
  );
  return [...parts, originText(origin)].filter((part) => part !== "").join(", ");
}

/** `from fiona@desk-7, as the role countersign_reviewer`. */
function originText({ user, host, role }: Origin = {}): string {
  const place = [user, host].filter((part) => part !== undefined).join("@");
  const parts = [place === "" ? "" : `from ${place}`, role === undefined ? "" : `as the role ${role}`];
  return visible(parts.filter((part) => part !== "").join(", "));
}

/** What is proposed, or what is decided for calls to come. */
function asked({ tool, namespace, args, reason, grant }: Partial<Data>): string {
  if (grant) return visible(`${grant.decision} ${grant.scope} of ${grant.tool}`);
  if (tool === undefined) return "";
  const call = `${toolText({ namespace, tool })}${args ? ` ${visibleJson(args, 0)}` : ""}`;
  return reason === undefined ? call : `${call}: ${visible(reason)}`;
}

/** What can't be kept as JSON has only its hash in an event. */
function signature({ decision, via, origin }: Partial<DecisionRecord>): string {
  if (!decision) return "a signature";
  const { type, comment, remember } = decision;
  const words = [
    visible(via === undefined ? type : `${type} by ${via}`),
    originText(origin),
    decision.type === "edit" ? visibleJson(decision.args, 0) : "",
    decision.type === "reject" ? visible(decision.message ?? "") : "",
    comment === undefined ? "" : `[${visible(comment)}]`,
    remember ? visible(`remembered for ${remember.scope}`) : "",
  ];
  return words.filter((word) => word !== "").join(" ");
}

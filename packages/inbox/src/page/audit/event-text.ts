import type { AuditEvent } from "@countersign/server/client";
import { toolText, visible } from "@countersign/review";
import { REQUEST_EVENTS, storyOf } from "../requests/detail/event-story.ts";

const THREAD = "thread/";

/** By the type of the event: of requests, and of whatever else has a chain. */
export const EVENT_NAMES: ReadonlyMap<string, string> = new Map([
  ...REQUEST_EVENTS,
  ["remembered", "Grant given"],
  ["revoked", "Grant revoked"],
  ["frozen", "Frozen"],
  ["lifted", "Freeze lifted"],
  ["created", "Record begun"],
  ["recorded", "Calls recorded"],
  ["recounted", "Counts corrected"],
  ["suspended", "Run waits for people"],
  ["started", "Run started"],
  ["resumed", "Run resumed"],
  ["completed", "Run completed"],
  ["stopped", "Run stopped"],
  ["lost", "Run lost by its process"],
  ["key.given", "API key given"],
  ["key.revoked", "API key revoked"],
  ["account.linked", "Account linked"],
  ["account.unlinked", "Account unlinked"],
]);

type Data = Readonly<Record<string, unknown>>;

/** What happened, and who did it, in lines that are safe to draw. What is a detail stands in the data. */
export function eventText(event: AuditEvent): { readonly what: string; readonly by: string } {
  const { subject, type, data } = event;
  const [told] = storyOf([event]);
  const isThread = subject.startsWith(THREAD);
  const name = isThread && type === "failed" ? "Run failed" : (EVENT_NAMES.get(type) ?? visible(type));
  const said = isThread ? [frozenText(data), textIn(data, "lastError")] : [calledText(data), grantText(data), ...(told?.said ?? [])];
  return { what: [name, ...said.filter((text) => text !== undefined)].join(". "), by: told?.by ?? "" };
}

/** What was asked, and why. */
function calledText(data: Data): string | undefined {
  const called = calledIn(data);
  return called && [called, textIn(data, "reason")].filter((text) => text !== undefined).join(": ");
}

function grantText({ grant }: Data): string | undefined {
  const called = isObject(grant) ? calledIn(grant) : undefined;
  if (!isObject(grant) || called === undefined) return undefined;
  const verb = grant["decision"] === "reject" ? "Rejects" : "Approves";
  return grant["scope"] === "tool" ? `${verb} any call of ${called}` : `${verb} ${called} with exactly the same arguments`;
}

function frozenText({ note }: Data): string | undefined {
  if (!isObject(note)) return undefined;
  const [tool, agent, reason] = ["tool", "agent", "reason"].map((name) => textIn(note, name));
  if (reason === undefined) return undefined;
  const parts = [tool === undefined ? "" : `tool ${tool}`, agent === undefined ? "" : `agent ${agent}`].filter((part) => part !== "");
  return `${parts.length === 0 ? "everything" : parts.join(" of ")}: ${reason}`;
}

function calledIn({ tool, namespace }: Data): string | undefined {
  return typeof tool === "string" ? toolText({ tool, namespace: typeof namespace === "string" ? namespace : undefined }) : undefined;
}

function textIn(object: Data, name: string): string | undefined {
  const text = object[name];
  return typeof text === "string" && text !== "" ? visible(text) : undefined;
}

function isObject(value: unknown): value is Data {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

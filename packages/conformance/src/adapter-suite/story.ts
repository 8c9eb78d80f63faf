import type { ApprovalRequest, Gate } from "@countersign/core";
import { brief, cutLines } from "../explain/brief.ts";
import { indented, type Section } from "../explain/section.ts";
import type { Diary, Entry } from "./diary.ts";
import { allRequests, historyOf } from "./oracle.ts";
import type { Answer, Printed } from "./process/order.ts";
import type { Setting, Turn } from "./setting.ts";
import { ending, short, wordsOf } from "./words.ts";

const STACK_LINES = 14;
const PRINTED_LINES = 15;
const REQUESTS = 12;
const STEPS = 30;
const TURNS = 12;
/** What a process printed may reach us after its answer. */
const LATE_MS = 50;

/** The run of a case that has failed, as it is told to whoever has to mend the adapter. `gate`: undefined for a framework's own approvals. */
export async function storyOf(diary: Diary, { turns }: Setting, gate: Gate | undefined): Promise<readonly Section[]> {
  await new Promise((resolve) => setTimeout(resolve, LATE_MS));
  const model = { heading: "What the model says, one line for each request", lines: turns.slice(0, TURNS).map(turnLine) };
  const run = { heading: "The run, step by step", lines: runLines(diary) };
  return gate ? [model, run, { heading: "Requests on record", lines: await requestLines(gate) }] : [model, run];
}

function turnLine(turn: Turn, index: number): string {
  const says = (): string => {
    if ("text" in turn) return brief(turn.text);
    if ("fails" in turn) return `the provider fails: ${turn.fails}`;
    return turn.calls.map(({ id, tool, args }) => `${id}: ${tool} ${brief(args)}`).join("; ");
  };
  return `${index + 1}. ${says()}`;
}

function runLines({ entries }: Diary): readonly string[] {
  if (entries.length === 0) return ["The case failed before its first step."];
  const processes = [...new Set(entries.map(({ answer }) => answer.pid))];
  const left = Math.max(0, entries.length - STEPS);
  const shown = entries.slice(left).flatMap((entry, index) => {
    const before = entries.slice(0, index + left).findLast(({ answer }) => answer.transcript.length > 0);
    return entryLines(entry, index + left + 1, processes, before);
  });
  return left === 0 ? shown : [`… ${left} steps before`, ...shown];
}

function entryLines(entry: Entry, number: number, processes: readonly number[], before: Entry | undefined): readonly string[] {
  const { answer, effects } = entry;
  return [
    `${number}. ${wordsOf(entry)} [process ${processes.indexOf(answer.pid) + 1}]`,
    ...indented(
      [
        `→ ${ending(answer)}`,
        ...modelLines(answer, before?.answer),
        ...answer.pending.map(({ id, tool, args }) => `waits: ${tool} ${brief(args)} (request ${short(id)})`),
        ...effects.map(
          ({ tool, args, key }) => `effect: ${tool} ${brief(args)} (${key === undefined ? "no idempotency key" : `key ${short(key)}`})`,
        ),
        ...(answer.notes ?? []).flatMap((note) => cutLines(note, 4)),
        ...printedLines(answer.printed),
        ...(answer.stack === undefined ? [] : ["the error:", ...indented(cutLines(answer.stack, STACK_LINES))]),
      ],
      "     ",
    ),
  ];
}

/** What the model was shown, without what it was shown the last time. */
function modelLines({ transcript, requests }: Answer, before: Answer | undefined): readonly string[] {
  if (requests === 0 && transcript.length === 0) return [];
  const known = before ? sharedBeginning(transcript, before.transcript) : 0;
  const head = `model requests: ${requests}; ${transcript.length === 0 ? "none in this process" : "the last one showed the model"}`;
  if (known > 0 && known === transcript.length) return [head, "  the same as before"];
  const skipped = known > 0 ? [`what it was shown before (${known === 1 ? "1 message" : `${known} messages`}), then`] : [];
  return [head, ...indented([...skipped, ...transcript.slice(known).map(messageLine)])];
}

function messageLine(message: Answer["transcript"][number]): string {
  switch (message.role) {
    case "call":
      return `call ${message.id}: ${message.tool} ${brief(message.args)}`;
    case "result":
      return `result of ${message.id}: ${brief(message.text)}`;
    default:
      return `${message.role}: ${brief(message.text)}`;
  }
}

function sharedBeginning(a: Answer["transcript"], b: Answer["transcript"]): number {
  const different = a.findIndex((message, index) => JSON.stringify(message) !== JSON.stringify(b[index]));
  return different < 0 ? a.length : different;
}

function printedLines(printed: Printed | undefined): readonly string[] {
  return (["out", "err"] as const).flatMap((name) => {
    const text = printed?.[name].trim() ?? "";
    if (text === "") return [];
    return [`printed to ${name === "out" ? "standard output" : "standard error"}:`, ...indented(cutLines(text, PRINTED_LINES))];
  });
}

async function requestLines(gate: Gate): Promise<readonly string[]> {
  try {
    const requests = await allRequests(gate);
    if (requests.length === 0) return ["none"];
    const lines = await Promise.all(requests.slice(0, REQUESTS).map((request) => requestLine(gate, request)));
    return requests.length > REQUESTS ? [...lines, `… and ${requests.length - REQUESTS} more`] : lines;
  } catch (error) {
    return [`They can't be read: ${String(error)}`];
  }
}

async function requestLine(gate: Gate, { id, tool, args, callId, turnId, threadId, status, execution }: ApprovalRequest): Promise<string> {
  const events = (await historyOf(gate, id)).map(({ type, actor }) => (actor ? `${type} by ${actor.id}` : type));
  return `${tool} ${brief(args)}: status ${status}, execution ${execution}; call ${callId} of turn ${short(turnId)}, ${threadId}; request ${short(id)}: ${events.join(", ")}`;
}

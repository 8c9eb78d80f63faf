import { isCountersignError, type WorkerEvent } from "@countersign/core";
import { visible } from "@countersign/review";
import { count } from "../output/count.ts";
import type { Line, Style } from "../output/output.ts";
import { iso } from "../output/when.ts";

const WORDS: Readonly<Record<WorkerEvent["type"], readonly [string, Style | undefined]>> = {
  started: ["started", undefined],
  completed: ["done", "green"],
  suspended: ["waits", "yellow"],
  stopped: ["stopped", "yellow"],
  left: ["left", "dim"],
  failed: ["FAILED", "red"],
  expired: ["expired", "yellow"],
  unknown: ["UNKNOWN", "red"],
  lapsed: ["again", undefined],
  reminded: ["reminded", undefined],
};

/** What happened, to what, why: in a row, however long it is. */
export function eventLine(event: WorkerEvent, at: number): Line {
  const [word, style] = WORDS[event.type];
  const what = word.padEnd(8);
  const why = whyOf(event);
  return [
    `${iso(at).slice(11, 19)} `,
    style === undefined ? what : { style, text: what },
    " ",
    visible(`${subjectOf(event)}${why === "" ? "" : `: ${why}`}`),
  ];
}

function subjectOf(event: WorkerEvent): string {
  const thread = `thread ${event.threadId}${event.agent === undefined || event.agent === "" ? "" : ` of ${event.agent}`}`;
  return "requestId" in event ? `request ${event.requestId} (${event.tool}), ${thread}` : thread;
}

function whyOf(event: WorkerEvent): string {
  switch (event.type) {
    case "suspended":
      return event.pending.length === 0
        ? "for something that isn't Countersign's"
        : `for ${count(event.pending.length, "signature")}: ${event.pending.join(", ")}`;
    case "stopped":
      return `by ${event.by.id}${event.message === undefined ? "" : `, ${event.message}`}`;
    case "failed":
      return messageOf(event.error);
    case "left":
      return "another process has it, or it is given up";
    case "unknown":
      return "its process died. Check the outside system, then countersign settle";
    case "lapsed":
      return "its process died. It may run again";
    default:
      return "";
  }
}

export function messageOf(error: unknown): string {
  if (isCountersignError(error)) return `${error.code}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}

/** The same as JSON: an error is its code and message. */
export function shownEvent(event: WorkerEvent, at: number): object {
  if (event.type !== "failed") return { at, ...event };
  const { error, ...rest } = event;
  const code = isCountersignError(error) ? error.code : undefined;
  return { at, ...rest, error: { code, message: error instanceof Error ? error.message : String(error) } };
}

import type { ArgsPath } from "@countersign/core";

/**
 * What a surface shows a person of one request. Plain data, and the same on every surface: it survives JSON.
 *
 * Every text is one line, in which control, bidirectional and other hidden characters are written as escapes (`\u{202e}`):
 * a surface draws texts, wraps them and gives them styles, and never reads anything else into them. Texts with line breaks
 * are lists of lines. Times are Unix ms.
 */
export interface Review {
  readonly id: string;
  readonly version: number;
  /** Of the proposal as it stands: what a decision has to name, also one with the edit at hand. */
  readonly digest: string;
  readonly status: "pending" | "approved" | "rejected" | "expired" | "cancelled";
  /** In words: `pending`, `approved, executing`, `approved, outcome unknown`. */
  readonly statusText: string;
  /** The consequence in words: the policy's title, or the tool with its most telling arguments. */
  readonly title: string;
  /** Did the policy say the title? */
  readonly isDescribed: boolean;
  readonly risk: "low" | "medium" | "high" | undefined;
  /** With its namespace. */
  readonly tool: string;
  /** Who made the call: in a handoff, the agent that took over. */
  readonly agent: string;
  /** The runner's name, or `agent` of `createGate`. */
  readonly application: string;
  readonly framework: string;
  readonly thread: string;
  readonly askedBy: string | undefined;
  readonly why: { readonly reason: string; readonly rule: string; readonly tier: number | undefined };
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  /** `url` may be followed; `host` is where it leads, with look-alike letters written out. */
  readonly links: readonly { readonly label: string; readonly url: string; readonly host: string }[];
  /** What would run, and what the tool's schema adds to it, in the schema's order. Those that it doesn't know come last. */
  readonly args: readonly Argument[];
  /** Who made the proposal of the model's arguments. Absent: nobody has changed them. */
  readonly editedBy: string | undefined;
  /** What differs between the model's arguments, the last proposal and mine. Empty: nothing. */
  readonly differences: readonly Difference[];
  readonly asked: Moment;
  /** While it waits. */
  readonly deadline: Moment | undefined;
  readonly decided: Moment | undefined;
  /** Signatures that count, in order, and after them those that no longer do. */
  readonly signatures: readonly Signature[];
  /** What it still takes, in words: `1 more`, `2 of finance, 1 of cfo`. Empty: nothing. */
  readonly missing: string;
  /** Who may sign and how, as a sentence. */
  readonly terms: string;
  readonly outcome: Outcome | undefined;
  /** The gravest first. */
  readonly warnings: readonly Warning[];
  /** What this person may do. */
  readonly may: Permissions;
  /** What has to be typed by whoever signs. */
  readonly confirm: readonly { readonly path: string; readonly label: string }[];
  /** The requests that this one replaced or revises. */
  readonly replaces: string | undefined;
  readonly revises: string | undefined;
}

/** A time, and how far it is away in the two largest units: `in 2h 14m`, `3d 4h ago`. */
export interface Moment {
  readonly at: number;
  readonly text: string;
}

/** One value of the arguments. */
export interface Argument {
  readonly path: ArgsPath;
  /** Its key, or its number in a list from 1. */
  readonly name: string;
  /** `title` of its schema. */
  readonly label: string | undefined;
  readonly description: string | undefined;
  readonly kind: "text" | "block" | "number" | "boolean" | "null" | "mask" | "list" | "object";
  /** Of a `text`, with its quotes; of a number, boolean or null as JSON; of a mask, the mask. */
  readonly value: string | undefined;
  /** Of a `block`: a text with line breaks. No quotes: surfaces set it apart. */
  readonly lines: readonly string[] | undefined;
  /** Of a text or block that is long: how many characters. */
  readonly length: number | undefined;
  /** Of a list or object. */
  readonly items: readonly Argument[] | undefined;
  /** What the tool's schema makes of it. `value` and `items` are then what the tool gets. Absent: it stays as it was signed. */
  readonly parsed: "added" | "changed" | "left out" | "set when it runs" | undefined;
  /** Where it was `changed`: what is signed. */
  readonly signed: string | undefined;
  /** The schema doesn't know it. */
  readonly isUnknown: boolean;
  /** Does it differ from the model's arguments? */
  readonly isEdited: boolean;
}

/** A value that isn't the same everywhere. A side is absent where the value is. */
export interface Difference {
  readonly path: ArgsPath;
  /** `recipient`, `payees[2].iban`. */
  readonly name: string;
  readonly model: Side | undefined;
  readonly proposed: Side | undefined;
  /** Of the edit at hand. The same as `proposed` if there is none. */
  readonly mine: Side | undefined;
  /** Line by line, between the two that differ last, where one of them is a block. */
  readonly lines: readonly DifferenceLine[] | undefined;
}

/** `skipped`: lines that are the same, and far from any that isn't; `text` says how many: `120 lines that are the same`. */
export interface DifferenceLine {
  readonly change: "same" | "removed" | "added" | "skipped";
  readonly text: string;
}

/** A value in one line; of a block, how long it is: `12 lines`. */
export interface Side {
  readonly text: string;
}

export interface Signature {
  /** `approved by Fiona (finance), 3m ago, on the command line`, `signed by Fiona's remembered decision of 2026-11-28 10:00 UTC`. */
  readonly text: string;
  readonly decision: "approve" | "edit" | "reject";
  readonly at: number;
  /** What was said to the model, and for people. */
  readonly message: string | undefined;
  readonly comment: string | undefined;
  /** Does it count for the proposal as it stands? */
  readonly counts: boolean;
}

/** What came of the call. */
export interface Outcome {
  readonly status: "done" | "failed" | "unknown";
  readonly at: Moment;
  readonly lines: readonly string[];
}

export interface Warning {
  readonly kind:
    | "duplicate"
    | "frozen"
    | "hidden-characters"
    | "right-to-left"
    | "look-alike"
    | "imitation"
    | "title-number"
    | "unusual"
    | "deadline"
    | "edited-since"
    | "long"
    | "partial-schema";
  /** `danger`: it may be wrong to sign. `caution`: look twice. `note`: good to know. */
  readonly severity: "danger" | "caution" | "note";
  readonly text: string;
  /** Which value it is about. */
  readonly path: ArgsPath | undefined;
  /** Which requests it is about. */
  readonly requests: readonly string[];
}

/** Allowed, or why not. */
export type Permission = { readonly allowed: true } | { readonly allowed: false; readonly code: string; readonly reason: string };

export interface Permissions {
  readonly approve: Permission;
  readonly edit: Permission;
  readonly reject: Permission;
  /** May it be decided together with others? */
  readonly batch: Permission;
  /** Scopes in which a decision may be remembered. Empty: none. */
  readonly remember: readonly ("exact-args" | "tool")[];
}

/** One row of a list. */
export interface Summary {
  readonly id: string;
  readonly version: number;
  /** What a decision has to name. */
  readonly digest: string;
  readonly status: Review["status"];
  readonly execution: "none" | "executing" | "done" | "failed" | "unknown";
  readonly statusText: string;
  readonly title: string;
  readonly tool: string;
  readonly agent: string;
  readonly askedBy: string | undefined;
  readonly thread: string;
  readonly risk: Review["risk"];
  readonly asked: Moment;
  /** While it waits. */
  readonly deadline: Moment | undefined;
  readonly decided: Moment | undefined;
  /** Who gave the decision that counted, for a sentence: `Fiona`. Absent: nobody did, or nobody has. */
  readonly decidedBy: string | undefined;
  /** How long ago, in the two largest units: `2h 14m`. */
  readonly age: string;
  /** Until the deadline, or `overdue`. Absent: there is none, or it doesn't wait. */
  readonly left: string | undefined;
  /** `1 of 2`, where it takes several. */
  readonly signatures: string | undefined;
  readonly missing: string;
  /** What a row has room for: `paid before`, `frozen`, `edited`, `due soon`. */
  readonly marks: readonly string[];
}

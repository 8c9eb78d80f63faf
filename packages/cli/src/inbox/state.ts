import type { ApprovalRequest, Decision, Remember } from "@countersign/core";
import type { Marked, Row } from "./rows.ts";

export type Order = "deadline" | "oldest" | "newest";

/** What the inbox shows and knows. Drawing and reading are done elsewhere, so that a test can play every sequence of events. */
export interface State extends Marked {
  /** What the keys mean: those of the list, of the text that is looked for, of the help, of one request that fills the screen. */
  readonly mode: "list" | "filter" | "help" | "look";
  /** Index of the first row on the screen. */
  readonly top: number;
  /** Lines and columns of the terminal. */
  readonly lines: number;
  readonly columns: number;
  readonly filter: string;
  /** As far as it is typed, in the mode of that name. */
  readonly typed: string;
  readonly order: Order;
  /** So many are to be read. */
  readonly wanted: number;
  /** Were all of them read? */
  readonly isAll: boolean;
  /** How many there are. Undefined: not known yet. */
  readonly total: Total | undefined;
  /** Of those that were read: how many can't be shown. */
  readonly unreadable: number;
  /** Ids that a batch would decide. */
  readonly batch: ReadonlySet<string>;
  /** What goes along with the next decision on the row under the cursor. */
  readonly along: { readonly comment?: string | undefined; readonly remember?: Remember["scope"] | undefined };
  readonly look: Look | undefined;
  /** What came of the last key. */
  readonly notice: string;
  /** Unix ms: since when the store hasn't answered. */
  readonly awaySince: number | undefined;
  /** Unix ms: since when what is under the cursor has been on the screen as it is. Undefined: it isn't drawn yet. */
  readonly drawnSince: number | undefined;
}

export interface Total {
  readonly count: number;
  /** There are so many or more. */
  readonly isLeast: boolean;
}

/** One request that fills the screen. */
export interface Look {
  readonly request: ApprovalRequest;
  /** As drawn at the width of the terminal. */
  readonly rows: readonly string[];
  /** The first of them on the screen. */
  readonly top: number;
}

/** `at`: Unix ms. */
export type Event = { readonly at: number } & (
  | { readonly type: "key"; readonly key: string }
  | {
      readonly type: "read";
      readonly items: readonly ApprovalRequest[];
      readonly isAll: boolean;
      readonly unreadable: number;
      readonly total: Total;
    }
  | { readonly type: "fate"; readonly request: ApprovalRequest }
  | { readonly type: "looked"; readonly request: ApprovalRequest; readonly rows: readonly string[] }
  | { readonly type: "noted"; readonly comment: string }
  | { readonly type: "done"; readonly notice: string; readonly decided?: readonly string[] }
  | { readonly type: "away" }
  /** What was looked for can't be looked for. */
  | { readonly type: "refused"; readonly why: string }
  | { readonly type: "pasted"; readonly text: string }
  | { readonly type: "tick" }
  | { readonly type: "resized"; readonly lines: number; readonly columns: number }
  | { readonly type: "drawn" }
);

/** What is to be done. */
export type Wish =
  | { readonly type: "quit" }
  /** Other requests, or more of them. */
  | { readonly type: "read" }
  | { readonly type: "fate"; readonly id: string }
  | { readonly type: "look"; readonly request: ApprovalRequest }
  | { readonly type: "note"; readonly request: ApprovalRequest }
  | { readonly type: "decide"; readonly decision: Decision["type"]; readonly request: ApprovalRequest; readonly along: State["along"] }
  | { readonly type: "batch"; readonly decision: "approve" | "reject"; readonly requests: readonly ApprovalRequest[] };

export interface Step {
  readonly state: State;
  readonly wish: Wish | undefined;
}

/** Rows that are read at a time. */
export const PAGE = 200;

export function initial(lines: number, columns: number): State {
  return {
    mode: "list",
    rows: [],
    cursor: 0,
    top: 0,
    lines,
    columns,
    filter: "",
    typed: "",
    order: "deadline",
    wanted: PAGE,
    isAll: false,
    total: undefined,
    unreadable: 0,
    batch: new Set(),
    along: {},
    look: undefined,
    notice: "",
    awaySince: undefined,
    drawnSince: undefined,
  };
}

/** Lines around the rows: the store and who signs, what is listed, names of columns, what is below, notice, keys. */
const FRAME = 6;

/** Rows that the screen has room for. */
export function roomFor({ lines }: Pick<State, "lines">): number {
  return Math.max(lines - FRAME, 1);
}

/** Lines of a request that the screen has room for: all but one for who signs, the notice and the keys. */
export function lookRoom({ lines }: Pick<State, "lines">): number {
  return Math.max(lines - 3, 1);
}

export function rowOf({ rows, cursor }: Marked): Row | undefined {
  return rows[cursor];
}

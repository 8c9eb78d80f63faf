import type { Principal } from "@countersign/core";
import { personText, revealed, type Summary } from "@countersign/review";
import { cut, padded, widthOf, type Style } from "@countersign/terminal";
import { count } from "../output/count.ts";
import { HELP, helpRows } from "./help.ts";
import { rowCells } from "./row-cells.ts";
import { lookRoom, roomFor, rowOf, type State } from "./state.ts";

/** What surrounds the rows: whose they are, and how they look now. */
export interface Scene {
  /** Unix ms. */
  readonly now: number;
  /** The store's address, fit to be shown. */
  readonly address: string;
  readonly tenant: string;
  /** Who signs. */
  readonly by: Principal;
  readonly style: Style;
  readonly summaryOf: (row: State["rows"][number]) => Summary;
  /** `3m 10s`. */
  readonly span: (ms: number) => string;
}

/** The whole screen: no more lines than it has, none of them wider than it is. */
export function screenOf(state: State, scene: Scene): readonly string[] {
  const columns = Math.max(state.columns - 1, 1);
  const line = (text: string, style?: Parameters<Style>[0]): string => {
    const fits = cut(revealed(text), columns);
    return style ? scene.style(style, fits) : fits;
  };
  return [...bodyOf(state, scene, line), line(...noticeOf(state)), line(keysOf(state), "dim")].slice(-state.lines);
}

/** Who signs: by id and roles, where there is room. */
function signs({ by }: Scene, { columns }: State): string {
  return columns < 60 ? by.id : personText(by);
}

type Line = (text: string, style?: Parameters<Style>[0]) => string;

function bodyOf(state: State, scene: Scene, line: Line): readonly string[] {
  if (state.mode === "help") return filled(helpRows(state.columns).map((row) => line(row)), state.lines - 2); // prettier-ignore
  if (state.mode === "look" && state.look) return lookOf(state, state.look, scene, line);
  const room = roomFor(state);
  const shown = state.rows.slice(state.top, state.top + room);
  const below = state.rows.length - state.top - shown.length;
  return [
    line(sides(`${scene.tenant} in ${scene.address}`, signs(scene, state), state.columns - 1), "bold"),
    line(...headingOf(state, scene)),
    ...rowCells(state, shown, scene),
    ...filled(shown.length === 0 ? [line(emptyText(state))] : [], room - shown.length),
    line(belowText(state, below), "dim"),
  ];
}

function lookOf(state: State, { rows, top }: NonNullable<State["look"]>, scene: Scene, line: Line): readonly string[] {
  const room = lookRoom(state);
  const shown = rows.slice(top, top + room);
  const where = rows.length > room ? `rows ${top + 1} to ${top + shown.length} of ${rows.length}` : `all of ${count(rows.length, "row")}`;
  return [line(sides(where, signs(scene, state), state.columns - 1), "bold"), ...filled(shown, room)];
}

/** Where the list stands, or that nobody knows how it stands now. */
function headingOf(state: State, { now, span }: Scene): [string, Parameters<Style>[0]] {
  const { awaySince, filter, order, batch, unreadable } = state;
  if (awaySince !== undefined) return [`The store doesn't answer, for ${span(now - awaySince)}. What you see is older.`, "red"];
  const asked = filter === "" ? "" : `  /${filter}`;
  const broken = unreadable > 0 ? `  ${unreadable} can't be read` : "";
  const marked = batch.size > 0 ? `  ${batch.size} marked` : "";
  return [`${placeText(state)}${marked}${asked}${broken}  ${ORDERED[order]}`, "bold"];
}

const ORDERED = { deadline: "nearest deadline first", oldest: "oldest first", newest: "newest first" } as const;

/** Of those that were read, and whether there are others. */
function belowText({ isAll, total }: State, below: number): string {
  if (!total || (isAll && below === 0)) return "";
  return `${below > 0 ? number(below) : ""}${isAll ? "" : below > 0 ? " and" : "and"} more below`;
}

/** `12 of 3,412`. */
function placeText(state: State): string {
  const { cursor, total } = state;
  if (!total) return "Looking…";
  const all = `${number(total.count)}${total.isLeast ? " or more" : ""}`;
  const row = rowOf(state);
  return row ? `${row.isGone ? "–" : number(cursor + 1)} of ${all}` : all;
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function emptyText({ total, filter }: State): string {
  if (!total) return "";
  if (filter !== "") return "Nothing that waits for you has this. Esc shows all of them.";
  return "Nothing waits for your signature. What comes appears here by itself.";
}

function noticeOf({ mode, typed, notice, along }: State): [string, Parameters<Style>[0]] {
  if (mode === "filter") return [`/${typed}_   Enter looks for it, Esc leaves`, "yellow"];
  if (notice !== "") return [notice, "yellow"];
  const parts = [
    along.remember === undefined ? "" : `to be remembered: ${along.remember}`,
    along.comment === undefined ? "" : `comment: ${along.comment}`,
  ].filter((part) => part !== "");
  return [parts.length === 0 ? "" : `With the next a, e or r, ${parts.join("; ")}`, "cyan"];
}

/** What doesn't fit is in the help, whose key stands at the end. */
function keysOf({ mode, columns, batch }: State): string {
  if (mode === "help") return "Any key goes back.";
  const [help, leave, ...others] = HELP[mode === "look" ? "look" : batch.size > 0 ? "batch" : "list"];
  const fitting = others.filter((_, index) => widthOf([help, leave, ...others.slice(0, index + 1)].join(KEY_GAP)) < columns);
  return [...fitting, leave, help].join(KEY_GAP);
}

const KEY_GAP = "   ";

/** As many rows as there is room for. */
function filled(rows: readonly string[], room: number): readonly string[] {
  return [...rows.slice(0, Math.max(room, 0)), ...Array.from({ length: Math.max(room - rows.length, 0) }, () => "")];
}

/** What stands left is cut where there is no room for both, and goes where there is none at all. */
function sides(left: string, right: string, columns: number): string {
  const room = columns - widthOf(right) - 2;
  return room < LEAST ? cut(right, columns) : `${padded(cut(left, room), room)}  ${right}`;
}

/** Columns in which something can still be told. */
const LEAST = 8;

import { pressed } from "./pressed.ts";
import { clamp, withFate, withRead } from "./rows.ts";
import { lookRoom, roomFor, rowOf, type Event, type State, type Step } from "./state.ts";

/** Nobody looks for more characters at once. */
const LONGEST = 200;

/** What an event makes of the inbox, and what is to be done for it. */
export function step(state: State, event: Event): Step {
  const { state: next, wish } = happened(state, event);
  const kept = withTop(state, withAlong(state, next));
  // Whatever changed under the cursor has to be seen before a key may act on it.
  const isSame = faceOf(state) === faceOf(kept);
  if (event.type === "drawn") return { state: { ...kept, drawnSince: kept.drawnSince ?? event.at }, wish };
  return { state: isSame ? kept : { ...kept, drawnSince: undefined }, wish };
}

/** What goes along with a decision was said of one request, and never of the one that comes under the cursor after it. */
function withAlong(before: State, after: State): State {
  return rowOf(before)?.request.id === rowOf(after)?.request.id ? after : { ...after, along: {} };
}

function happened(state: State, event: Event): Step {
  switch (event.type) {
    case "key":
      return pressed(state, event.key, event.at);
    case "read":
      return read(state, event);
    case "fate":
      return stays({ ...state, ...withFate(state, event.request) });
    case "looked":
      return looked(state, event);
    case "noted":
      return stays({ ...state, along: { ...state.along, comment: event.comment || undefined }, drawnSince: undefined });
    case "done": {
      const decided = new Set(event.decided);
      const batch = new Set([...state.batch].filter((id) => !decided.has(id)));
      // The screen comes back from a dialogue: what is under the cursor may have been out of sight.
      const left = { ...state, notice: event.notice, along: {}, batch, drawnSince: undefined };
      return { state: { ...left, ...(decided.size > 0 && { mode: "list" as const, look: undefined }) }, wish: { type: "read" } };
    }
    case "away":
      return stays({ ...state, awaySince: state.awaySince ?? event.at });
    case "resized":
      return resized(state, event);
    case "refused":
      return { state: { ...state, filter: "", notice: `${state.filter} can't be looked for. ${event.why}` }, wish: { type: "read" } };
    case "pasted":
      return stays(pasted(state, event.text));
    case "tick":
    case "drawn":
      return stays(state);
  }
}

/** What is pasted is text, and never a key. */
function pasted(state: State, text: string): State {
  if (state.mode !== "filter") return { ...state, notice: "What is pasted does nothing here." };
  return { ...state, typed: `${state.typed}${text.replace(/\s+/g, " ").slice(0, LONGEST)}` };
}

function stays(state: State): Step {
  return { state, wish: undefined };
}

function read(state: State, { items, isAll, total, unreadable }: Extract<Event, { type: "read" }>): Step {
  const here = rowOf(state);
  const marked = withRead(state, items);
  const there = new Set(items.map(({ id }) => id));
  const batch = new Set([...state.batch].filter((id) => there.has(id)));
  const lost = state.batch.size - batch.size;
  const notice = lost > 0 ? `${lost} of those marked can no longer be decided.` : state.notice;
  const next: State = { ...state, ...marked, isAll, total, unreadable, batch, notice, awaySince: undefined };
  const now = rowOf(next);
  if (now?.isGone && (!now.fate || !here?.isGone)) return { state: next, wish: { type: "fate", id: now.request.id } };
  const isOld = state.look && now && !now.isGone && now.request.version !== state.look.request.version;
  return { state: next, wish: isOld ? { type: "look", request: now.request } : undefined };
}

/** One that somebody has left meanwhile is not opened any more. */
function looked(state: State, { request, rows }: Extract<Event, { type: "looked" }>): Step {
  if (rowOf(state)?.request.id !== request.id || (state.mode !== "look" && state.mode !== "list")) return stays(state);
  const before = state.look?.request;
  const isOther = before !== undefined && before.version !== request.version;
  const top = before?.id === request.id ? state.look?.top : 0;
  const look = { request, rows, top: clamp(top ?? 0, rows.length - lookRoom(state) + 1) };
  return stays({ ...state, mode: "look", look, notice: isOther ? "It has changed since you began to look." : state.notice });
}

function resized(state: State, { lines, columns }: Extract<Event, { type: "resized" }>): Step {
  const next = { ...state, lines, columns };
  return { state: next, wish: state.look && state.columns !== columns ? { type: "look", request: state.look.request } : undefined };
}

/** The row under the cursor stays on its line of the screen, as far as there are rows for that. */
function withTop(before: State, after: State): State {
  const room = roomFor(after);
  const isSame = rowOf(before)?.request.id === rowOf(after)?.request.id;
  const wanted = isSame ? before.top + (after.cursor - before.cursor) : after.top;
  const fits = Math.max(Math.min(wanted, after.cursor), after.cursor - room + 1, 0);
  const top = Math.max(Math.min(fits, after.rows.length - room), 0);
  return { ...after, top: Math.min(top, after.cursor) };
}

/** What somebody sees of the row under the cursor, and where. */
function faceOf(state: State): string {
  const { mode, look, cursor, top } = state;
  const row = rowOf(state);
  const shown = mode === "look" ? look?.request : row?.request;
  return JSON.stringify([mode, shown?.id, shown?.version, row?.request.version, row?.isGone, mode === "look" ? 0 : cursor - top]);
}

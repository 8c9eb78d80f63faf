import { decisionsOf, isBatchable, type ApprovalRequest, type Decision, type Remember } from "@countersign/core";
import { clamp, moved } from "./rows.ts";
import { lookRoom, PAGE, roomFor, rowOf, type Order, type State, type Step } from "./state.ts";

/** In ms: nobody has read a row that came under the cursor a moment ago. */
export const UNREAD = 300;

/** What a key does. */
export function pressed(state: State, key: string, at: number): Step {
  if (key === "ctrl-c" || key === "ctrl-d") return { state, wish: { type: "quit" } };
  if (state.mode === "filter") return typing(state, key);
  if (state.mode === "help") return stays({ ...state, mode: state.look ? "look" : "list" });
  if (key === "?") return stays({ ...state, mode: "help" });
  return acting(state, key, at) ?? (state.mode === "look" ? looking(state, key) : listing(state, key));
}

function stays(state: State): Step {
  return { state, wish: undefined };
}

const DECISIONS: Readonly<Record<string, Decision["type"]>> = { a: "approve", e: "edit", r: "reject" };

/** Keys that act on the row under the cursor, or on those that are marked. */
function acting(state: State, key: string, at: number): Step | undefined {
  const decision = DECISIONS[key];
  if (!decision && key !== "c" && key !== "m") return undefined;
  const say = (notice: string): Step => stays({ ...state, notice });
  const row = rowOf(state);
  if (!row) return say("");
  if (state.drawnSince === undefined || at - state.drawnSince < UNREAD)
    return say("This has just come under the cursor. Read it, then press the key again.");
  if (state.batch.size > 0 && state.mode === "list") return batch(state, decision);
  if (row.isGone) return say("This one can't be decided any more. Move on.");
  const { request } = row;
  if (state.mode === "look" && state.look?.request.version !== request.version) return say("It has changed. Look at it again.");
  if (key === "c") return { state, wish: { type: "note", request } };
  if (key === "m") return remembering(state, request);
  if (!decision) return undefined;
  if (!decisionsOf(request.terms).includes(decision)) return say(`Its terms take only ${decisionsOf(request.terms).join(", ")}.`);
  return { state: { ...state, notice: "" }, wish: { type: "decide", decision, request, along: state.along } };
}

function batch(state: State, decision: Decision["type"] | undefined): Step {
  if (decision !== "approve" && decision !== "reject")
    return stays({ ...state, notice: "Those marked can be approved (a) or rejected (r) together. u unmarks them." });
  const requests = state.rows.filter(({ request }) => state.batch.has(request.id)).map(({ request }) => request);
  return { state: { ...state, notice: "" }, wish: { type: "batch", decision, requests } };
}

/** What is offered, one after the other, and then nothing again. */
function remembering(state: State, { terms }: ApprovalRequest): Step {
  const offered: readonly Remember["scope"][] = !terms.remember || terms.remember === "never" ? [] : terms.remember;
  if (offered.length === 0) return stays({ ...state, notice: "Its terms don't let a decision be remembered." });
  const remember = offered[offered.findIndex((scope) => scope === state.along.remember) + 1];
  return stays({ ...state, notice: "", along: { ...state.along, remember } });
}

const STEPS: Readonly<Record<string, (page: number) => number>> = {
  j: () => 1,
  down: () => 1,
  k: () => -1,
  up: () => -1,
  pagedown: (page) => page,
  pageup: (page) => -page,
  g: () => -Infinity,
  home: () => -Infinity,
  G: () => Infinity,
  end: () => Infinity,
};

const ORDERS: readonly Order[] = ["deadline", "oldest", "newest"];

function listing(state: State, key: string): Step {
  const by = STEPS[key]?.(roomFor(state));
  if (by !== undefined) return move(state, by);
  const request = rowOf(state)?.request;
  switch (key) {
    case "q":
      return { state, wish: { type: "quit" } };
    case "escape":
      if (state.batch.size > 0) return stays({ ...state, batch: new Set(), notice: "" });
      return state.filter === "" ? stays({ ...state, notice: "" }) : reread(state, { filter: "" });
    case "u":
      return stays({ ...state, batch: new Set(), notice: "" });
    case "return":
    case "enter":
      return { state: { ...state, notice: "" }, wish: request && { type: "look", request } };
    case "space":
    case "x":
      return mark(state);
    case "/":
      return stays({ ...state, mode: "filter", typed: state.filter, notice: "" });
    case "s":
      return reread(state, { order: ORDERS[(ORDERS.indexOf(state.order) + 1) % ORDERS.length] ?? "deadline" });
    default:
      return stays(state);
  }
}

/** Near the end of what was read, more is. */
function move(state: State, by: number): Step {
  const next: State = { ...state, ...moved(state, by), notice: "" };
  const isNear = !state.isAll && next.cursor + 2 * roomFor(next) >= state.wanted;
  return isNear ? { state: { ...next, wanted: state.wanted + PAGE }, wish: { type: "read" } } : stays(next);
}

function reread(state: State, asked: Partial<Pick<State, "filter" | "order">>): Step {
  return { state: { ...state, ...asked, wanted: PAGE, isAll: false, total: undefined, notice: "" }, wish: { type: "read" } };
}

/** A batch is of one rule, and only where its terms allow that. */
function mark(state: State): Step {
  const row = rowOf(state);
  if (!row || row.isGone) return stays(state);
  const { request } = row;
  const batch = new Set(state.batch);
  if (batch.delete(request.id)) return move({ ...state, batch }, 1);
  const first = state.rows.find((other) => batch.has(other.request.id))?.request;
  if (!isBatchable(request.terms))
    return stays({ ...state, notice: "The terms of this one don't let it be decided together with others." });
  if (first && first.rule !== request.rule)
    return stays({ ...state, notice: "A batch is of one rule: this one is of another rule than those marked." });
  return move({ ...state, batch: batch.add(request.id) }, 1);
}

function typing(state: State, key: string): Step {
  switch (key) {
    case "return":
    case "enter":
      return reread({ ...state, mode: "list" }, { filter: state.typed.trim() });
    case "escape":
      return stays({ ...state, mode: "list", typed: "" });
    case "backspace":
      return stays({ ...state, typed: Array.from(state.typed).slice(0, -1).join("") });
    case "ctrl-u":
      return stays({ ...state, typed: "" });
    default:
      return stays({ ...state, typed: state.typed + textOf(key) });
  }
}

/** Keys with names of several letters write nothing. */
function textOf(key: string): string {
  if (key === "space") return " ";
  return Array.from(key).length === 1 ? key : "";
}

function looking(state: State, key: string): Step {
  const { look } = state;
  if (!look) return stays({ ...state, mode: "list" });
  if (["q", "escape", "left", "backspace"].includes(key)) return stays({ ...state, mode: "list", look: undefined, notice: "" });
  const room = lookRoom(state);
  const by = STEPS[key === "space" ? "pagedown" : key === "b" ? "pageup" : key]?.(Math.max(room - 1, 1));
  if (by === undefined) return stays(state);
  return stays({ ...state, notice: "", look: { ...look, top: clamp(look.top + by, look.rows.length - room + 1) } });
}

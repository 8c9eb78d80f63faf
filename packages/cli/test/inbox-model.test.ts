// The inbox without a terminal: random requests that come and go, random keys, a clock of its own.
import { createGate, definePolicy, isBatchable, type ApprovalRequest } from "@countersign/core";
import { spanText, summaryOf } from "@countersign/review";
import { plain, widthOf } from "@countersign/terminal";
import { sqliteStore } from "@countersign/sqlite";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { UNREAD } from "../src/inbox/pressed.ts";
import { initial, rowOf, type Event, type State, type Wish } from "../src/inbox/state.ts";
import { step } from "../src/inbox/step.ts";
import { screenOf } from "../src/inbox/view.ts";

const policy = definePolicy({
  tools: {
    pay: {
      ask: true,
      review: { batch: true, remember: ["exact-args", "tool"] },
      describe: ({ args }) => ({ title: `Pay ${String(args["to"])}` }),
    },
    refund: { ask: true, review: { batch: true } },
    wire: { ask: true, review: { decisions: ["approve", "reject"] } },
  },
});
const TOOLS = ["pay", "pay", "refund", "wire"] as const;
const NOW = 1_800_000_000_000;

let all: readonly ApprovalRequest[] = [];
beforeAll(async () => {
  await using store = sqliteStore(":memory:");
  const gate = createGate({ policy, store, now: () => NOW + n, warn: () => {} });
  let n = 0;
  for (; n < 24; n++) await gate.ask({ threadId: `t-${n}`, key: "k", tool: TOOLS[n % 4] ?? "pay", args: { to: `payee-${n}`, amount: n } });
  all = (await gate.list({ limit: 100 })).items;
});

const scene = {
  now: NOW + 90_000,
  address: "countersign.db",
  tenant: "default",
  by: { id: "fiona", roles: ["finance"] },
  style: plain,
  span: spanText,
  summaryOf: ({ request }: State["rows"][number]) => summaryOf(request, { now: NOW + 90_000 }),
};

/** Plays events on a clock, and draws when it is told to. */
class Player {
  state: State;
  at = NOW;
  /** What somebody last saw under the cursor, and since when. */
  face = "";
  since = Infinity;
  readonly wishes: Wish[] = [];

  constructor(lines = 24, columns = 80) {
    this.state = initial(lines, columns);
  }

  play(event: Event extends infer E ? (E extends Event ? Omit<E, "at"> : never) : never): Wish | undefined {
    const { state, wish } = step(this.state, { ...event, at: this.at });
    this.state = state;
    if (wish) this.wishes.push(wish);
    return wish;
  }

  read(items: readonly ApprovalRequest[], isAll = true): Wish | undefined {
    return this.play({ type: "read", items, isAll, unreadable: 0, total: { count: items.length, isLeast: false } });
  }

  draw(): readonly string[] {
    const screen = screenOf(this.state, scene);
    const { mode, look } = this.state;
    const row = rowOf(this.state);
    const shown = mode === "look" ? look?.request : row?.request;
    const face = JSON.stringify([mode, shown?.id, shown?.version, row?.isGone]);
    if (face !== this.face) [this.face, this.since] = [face, this.at];
    this.play({ type: "drawn" });
    return screen;
  }

  press(...keys: readonly string[]): Wish | undefined {
    return keys.map((key) => this.play({ type: "key", key })).at(-1);
  }

  /** Long enough to have read what is there. */
  rest(): this {
    this.draw();
    this.at += UNREAD;
    return this;
  }
}

const under = ({ state }: Player): ApprovalRequest | undefined => rowOf(state)?.request;

const versions = fc.array(fc.nat(2), { minLength: 24, maxLength: 24 });
const page = fc.tuple(fc.shuffledSubarray(Array.from({ length: 24 }, (_, n) => n)), versions, fc.boolean());
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("j", "k", "g", "G", "pagedown", "pageup", "x", "space", "u", "return", "escape", "q", "s", "c", "m", "?").map((key) => ({ key })) }, // prettier-ignore
  { weight: 4, arbitrary: fc.constantFrom("a", "e", "r").map((key) => ({ key })) },
  { weight: 3, arbitrary: page.map((read) => ({ read })) },
  { weight: 6, arbitrary: fc.constant({ draw: true as const }) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 700 }).map((wait) => ({ wait })) },
  { weight: 1, arbitrary: fc.tuple(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 10, max: 130 })).map((size) => ({ size })) },
  { weight: 1, arbitrary: fc.constant({ looked: true as const }) },
  { weight: 1, arbitrary: fc.constant({ done: true as const }) },
);
type Played = typeof happening extends fc.Arbitrary<infer T> ? T : never;

describe("whatever comes and goes", () => {
  it("a key that decides only ever acts on what was on the screen, as it was, for long enough", () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 120 }), (events) => {
        const player = new Player();
        const marked = new Set<string>();
        for (const event of events) follow(player, event, marked);
      }),
      { numRuns: 1_500 },
    );
  });
});

function follow(player: Player, event: Played, marked: Set<string>): void {
  const before = player.state;
  const here = rowOf(before);
  if ("wait" in event) player.at += event.wait;
  else if ("draw" in event) fits(player.draw(), player.state);
  else if ("size" in event) player.play({ type: "resized", lines: event.size[0], columns: event.size[1] });
  else if ("done" in event) player.play({ type: "done", notice: "" });
  else if ("looked" in event) {
    const looks = player.wishes.findLast((wish) => wish.type === "look");
    if (looks?.type === "look") player.play({ type: "looked", request: looks.request, rows: [looks.request.id] });
  } else if ("read" in event) {
    const [order, bumped, isAll] = event.read;
    const items = order.flatMap((n) => (all[n] ? [{ ...all[n], version: all[n].version + (bumped[n] ?? 0) }] : []));
    player.read(items, isAll);
    // The marked row never turns into another one.
    if (here) expect(rowOf(player.state)?.request.id).toBe(here.request.id);
  } else {
    const wish = player.press(event.key);
    if (before.mode === "list" && (event.key === "x" || event.key === "space") && here) marked.add(here.request.id);
    if (wish?.type === "decide" || wish?.type === "note") {
      const { id, version } = wish.request;
      expect(player.face).toBe(JSON.stringify([before.mode, id, version, false]));
      expect(player.at - player.since).toBeGreaterThanOrEqual(UNREAD);
    }
    if (wish?.type === "batch") {
      expect(wish.requests.every(({ id, terms }) => marked.has(id) && isBatchable(terms))).toBe(true);
      expect(new Set(wish.requests.map(({ rule }) => rule)).size).toBe(1);
      expect(player.at - player.since).toBeGreaterThanOrEqual(UNREAD);
    }
  }
}

function fits(screen: readonly string[], { lines, columns }: State): void {
  expect(screen.length).toBeLessThanOrEqual(lines);
  for (const line of screen) expect(widthOf(line)).toBeLessThan(columns);
}

describe("the row under the cursor", () => {
  const opened = (count = 24): Player => {
    const player = new Player();
    player.read(all.slice(0, count));
    return player;
  };

  it("stays where it is when it goes away, and says what became of it until somebody moves", () => {
    const player = opened();
    player.rest().press("j", "j");
    const gone = under(player);
    expect(gone).toBe(all[2]);
    expect(player.read(all.filter((one) => one !== gone))).toEqual({ type: "fate", id: gone?.id });
    expect(player.state.cursor).toBe(2);
    expect(player.draw().filter((line) => line.startsWith(">"))).toEqual([expect.stringMatching(/^>  gone +│/)]);
    if (gone) player.play({ type: "fate", request: { ...gone, status: "expired" } });
    expect(player.draw().find((line) => line.startsWith(">"))).toContain("expired");
    player.at += 1_000;
    expect(player.press("a")).toBeUndefined();
    expect(player.state.notice).toContain("can't be decided any more");
    player.press("j");
    expect(under(player)).toBe(all[3]);
    expect(player.state.rows).toHaveLength(23);
  });

  it("stays on its line of the screen when others come before it", () => {
    const player = new Player(12, 80);
    player.read(all.slice(10));
    player.rest().press("j", "j", "j");
    const line = player.draw().findIndex((text) => text.startsWith(">"));
    player.read(all);
    expect(under(player)).toBe(all[13]);
    expect(player.draw().findIndex((text) => text.startsWith(">"))).toBe(line);
  });

  it("takes no key that was typed ahead, or right after it changed", () => {
    const player = opened();
    expect(player.press("a")).toBeUndefined();
    player.draw();
    player.at += UNREAD - 1;
    expect(player.press("a")).toBeUndefined();
    expect(player.state.notice).toContain("Read it");
    player.at += 1;
    expect(player.press("a")).toMatchObject({ type: "decide", decision: "approve", request: all[0] });
    player.rest().press("j");
    expect(player.press("a")).toBeUndefined();
    const edited = all.map((one) => (one === all[1] ? { ...one, version: one.version + 1 } : one));
    player.rest().read(edited);
    expect(player.press("a")).toBeUndefined();
    expect(player.rest().press("a")).toMatchObject({ request: edited[1] });
  });

  it("takes a comment, and what is to be remembered, along with the next decision alone", () => {
    const player = opened();
    player.rest().press("m");
    player.play({ type: "noted", comment: "checked" });
    expect(player.rest().press("a")).toMatchObject({ along: { remember: "exact-args", comment: "checked" } });
    player.press("m");
    expect(player.state.along.remember).toBe("tool");
    player.press("m");
    expect(player.state.along.remember).toBeUndefined();
    player.press("j");
    expect(player.state.along).toEqual({});
    expect(player.rest().press("e")).toMatchObject({ decision: "edit", along: {} });
  });

  it("takes nothing along that was said of a row which is gone since", () => {
    const player = opened();
    player.rest().press("m");
    player.play({ type: "noted", comment: "for this one only" });
    const gone = under(player);
    player.read(player.state.rows.map(({ request }) => request).filter((one) => one !== gone));
    player.press("j");
    expect(under(player)).not.toBe(gone);
    expect(player.state.along).toEqual({});
  });

  it("is decided only in the ways that its terms allow", () => {
    const player = opened();
    player.rest().press("j", "j", "j");
    expect(under(player)?.tool).toBe("wire");
    player.rest();
    expect([player.press("e"), player.state.notice]).toEqual([undefined, "Its terms take only approve, reject."]);
    expect([player.press("m"), player.state.notice]).toEqual([undefined, "Its terms don't let a decision be remembered."]);
  });
});

describe("what is read", () => {
  it("goes on as somebody moves, and begins anew with what is looked for", () => {
    const player = new Player();
    const many = Array.from({ length: 200 }, (_, n) => ({ ...(all[n % 24] ?? expect.unreachable()), id: `r-${n}` }));
    player.play({ type: "read", items: many, isAll: false, unreadable: 0, total: { count: 3_412, isLeast: false } });
    expect(player.draw()[1]).toContain("1 of 3,412");
    expect(player.press("pagedown")).toBeUndefined();
    expect(player.press("G")).toEqual({ type: "read" });
    expect(player.state.wanted).toBe(400);
    player.press("/", "a", "c", "m", "e", "backspace", "e");
    expect(player.state.mode).toBe("filter");
    expect(player.press("return")).toEqual({ type: "read" });
    expect(player.state).toMatchObject({ filter: "acme", wanted: 200, mode: "list" });
    player.press("/");
    player.play({ type: "pasted", text: " Corp\nq" });
    expect(player.state.typed).toBe("acme Corp q");
    player.press("escape");
    expect(player.state.filter).toBe("acme");
    expect(player.press("escape")).toEqual({ type: "read" });
    expect(player.state.filter).toBe("");
    expect([player.press("s"), player.state.order]).toEqual([{ type: "read" }, "oldest"]);
  });

  it("is all of them again where something can't be looked for", () => {
    const player = new Player();
    player.press("/", "x", "return");
    expect(player.play({ type: "refused", why: "At most 10 words." })).toEqual({ type: "read" });
    expect([player.state.filter, player.state.notice]).toEqual(["", "x can't be looked for. At most 10 words."]);
  });

  it("is older while the store is away, and that is said", () => {
    const player = new Player();
    player.read(all);
    player.play({ type: "away" });
    player.at += 61_000;
    player.play({ type: "away" });
    expect(screenOf(player.state, { ...scene, now: player.at })[1]).toContain("The store doesn't answer, for 1m 1s");
    player.read(all);
    expect(player.draw()[1]).toContain("1 of 24");
  });
});

describe("a batch", () => {
  it("is of one rule whose terms allow it, and loses what goes away", () => {
    const player = new Player();
    player.read(all);
    player.rest().press("x", "x");
    expect([...player.state.batch]).toEqual([all[0]?.id, all[1]?.id]);
    player.press("x");
    expect(player.state.notice).toContain("one rule");
    player.press("j", "x");
    expect(player.state.notice).toContain("together with others");
    player.read(all.slice(1));
    expect(player.state.notice).toBe("1 of those marked can no longer be decided.");
    player.rest();
    expect(player.press("e")).toBeUndefined();
    expect(player.press("r")).toEqual({ type: "batch", decision: "reject", requests: [all[1]] });
    player.play({ type: "done", notice: "", decided: [all[1]?.id ?? ""] });
    expect(player.state.batch.size).toBe(0);
  });
});

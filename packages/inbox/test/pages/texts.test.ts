// What the pages beside the requests say, as text.
import { isStopped } from "@countersign/core";
import type { AuditEvent, Grant } from "@countersign/server/client";
import { describe, expect, test } from "vitest";
import { exportHref, filterIn, localText, localTime, queryOf } from "../../src/page/audit/audit-filter.ts";
import { eventText } from "../../src/page/audit/event-text.ts";
import { shortJson } from "../../src/page/audit/short-json.ts";
import { figuresOf, thoughtOf } from "../../src/page/decisions/record-text.ts";
import { missingIn, scopeOf } from "../../src/page/freezes/freeze-draft.ts";
import { scopeText, stopsTool } from "../../src/page/freezes/freeze-scope.ts";
import { freezingTexts, liftingTexts } from "../../src/page/freezes/reach.ts";
import { decidesText, leftText, stateOf, whereText } from "../../src/page/grants/grant-text.ts";
import { stateIn } from "../../src/page/threads/thread-text.ts";

const BIDI = "\u202e";

describe("a grant", () => {
  const grant: Grant = {
    id: "g",
    scope: "tool",
    decision: "approve",
    tool: "pay",
    agent: "payments",
    within: "requester",
    requestedBy: `dora${BIDI}`,
    requestId: "r",
    terms: {},
    by: { id: "fiona" },
    uses: 2,
  };

  test.each([
    [{}, "live"],
    [{ expiresAt: 11 }, "live"],
    [{ expiresAt: 10 }, "expired"],
    [{ uses: 0, expiresAt: 9 }, "used up"],
    [{ revokedAt: 1, uses: 0, expiresAt: 9 }, "revoked"],
  ])("with %j is %s", (given, state) => expect(stateOf({ ...grant, ...given }, 10)).toBe(state));

  test("says what it decides, where, and how often", () => {
    expect(decidesText(grant)).toBe("Approves any call of pay");
    expect(decidesText({ ...grant, decision: "reject", scope: "exact-args", namespace: "billing" })).toBe(
      "Rejects billing/pay with exactly the same arguments",
    );
    expect(whereText(grant)).toBe("In all threads, for calls of dora\\u{202e}");
    expect(whereText({ ...grant, within: "thread", threadId: "t", requestedBy: undefined })).toBe(
      "In the thread t, for calls that nobody is named for",
    );
    expect([leftText({ ...grant, uses: 1 }), leftText({ ...grant, uses: 1_200 })]).toEqual(["1 more call", "1,200 more calls"]);
  });
});

describe("a freeze", () => {
  test("stops the tools that the gate stops", () => {
    const names = ["pay", "pay_all", "billing/pay", "billing/pay_all", "a/b/pay", "billing"];
    const scopes = ["pay", "pay*", "*", "billing/*", "billing/pay", "*/pay", "b*g/p*y", "*a*", "p*y", "**", "pay_*_all", "x"];
    for (const scope of scopes) {
      for (const name of names) {
        const slash = name.lastIndexOf("/");
        const call = { tool: name.slice(slash + 1), namespace: slash < 0 ? undefined : name.slice(0, slash), agent: "a" };
        expect([scope, name, stopsTool(scope, name)]).toEqual([scope, name, isStopped({ tool: scope }, call)]);
      }
    }
  });

  test("is never of everything because a name is missing", () => {
    const draft = { kind: "tool", name: " ", reason: "", typed: "" } as const;
    expect(scopeOf(draft)).toBeUndefined();
    expect(Object.keys(missingIn(draft))).toEqual(["name", "reason"]);
    expect(scopeOf({ ...draft, name: " pay " })).toEqual({ tool: "pay" });
    expect(scopeOf({ ...draft, kind: "agent", name: "payments" })).toEqual({ agent: "payments" });
    expect(Object.keys(missingIn({ ...draft, kind: "everything", reason: "x", typed: "everything" }))).toEqual(["typed"]);
    expect(missingIn({ ...draft, kind: "everything", reason: "x", typed: " Freeze  everything " })).toEqual({});
  });

  test("says what it is of, and what it does to the requests", () => {
    expect([{}, { tool: `pay${BIDI}` }, { agent: "a" }, { tool: "pay", agent: "a" }].map(scopeText)).toEqual([
      "Everything",
      "The tool pay\\u{202e}",
      "The agent a",
      "The tool pay of the agent a",
    ]);
    const of = (atLeast: number, isCapped = false) => ({ atLeast, isCapped });
    const reach = { waiting: of(12), approved: of(2), running: of(1), isKnown: true };
    expect(freezingTexts(reach)).toEqual([
      "2 approved requests will not start. Their signatures stay good.",
      "12 waiting requests keep waiting. They can be decided.",
      "1 call is running. It goes on: a freeze doesn't stop what has begun.",
    ]);
    expect(freezingTexts({ ...reach, waiting: of(1_000, true), approved: of(0), running: of(0, true) })).toEqual([
      "No approved request waits to start.",
      "1,000 or more waiting requests keep waiting. They can be decided.",
      "Perhaps some calls are running. They go on: a freeze doesn't stop what has begun.",
    ]);
    expect(liftingTexts({ ...reach, approved: of(1) })[0]).toBe("1 approved request can start. A worker looks within five minutes.");
  });
});

describe("a search of the trail", () => {
  const filter = (address: string) => filterIn(new URLSearchParams(address), 100 * 86_400_000);

  test("is of the last day, unless the address says more", () => {
    expect(filter("")).toEqual({ since: 99 * 86_400_000 });
    expect(filter("since=0&type=asked&actor= &nonsense=1")).toEqual({ type: "asked" });
    expect(filter("subject=thread/x")).toEqual({ subject: "thread/x" });
    expect(filter("since=5&until=9&subject=a")).toEqual({ subject: "a", since: 5, until: 9 });
    expect(filter("since=yesterday&until=1e3")).toEqual({ since: 99 * 86_400_000 });
  });

  test("comes out of its own address as it went in", () => {
    for (const given of [
      {},
      { type: "asked" },
      { subject: "grant/a&b=c" },
      { subject: "x", since: 5 },
      { actor: "ä b", since: 5, until: 7 },
    ])
      expect(filterIn(queryOf(given), 0)).toEqual(given);
    expect(exportHref("/approvals", { subject: "thread/a b", since: 5 })).toBe(
      "/approvals/v1/audit?format=ndjson&subject=thread%2Fa+b&since=5",
    );
  });

  test("has times as people type them", () => {
    const minute = new Date(2026, 10, 28, 10, 5).getTime();
    expect(localText(minute)).toBe("2026-11-28T10:05");
    expect(localTime(localText(minute))).toBe(minute);
    expect([localText(undefined), localText(8.7e15), localTime("")]).toEqual(["", "", undefined]);
  });
});

describe("an event", () => {
  const event = (type: string, data: unknown, subject = "0".repeat(32)): AuditEvent =>
    ({ subject, seq: 1, prev: "", hash: "", type, at: 0, data }) as AuditEvent;

  test.each<[string, AuditEvent]>([
    ["Asked. billing/pay: over $1,000\\u{202e}", event("asked", { tool: "pay", namespace: "billing", reason: `over $1,000${BIDI}` })],
    ["Approved. Comment: fine", event("approved", { decisions: [{ decision: { type: "approve", comment: "fine" } }] })],
    ["Approved. The arguments were changed", event("approved", { decisions: [{ decision: { type: "edit", args: {} } }] })],
    ["Rejected. To the model: <b>no</b>", event("rejected", { decisions: [{ decision: { type: "reject", message: "<b>no</b>" } }] })],
    ["Cancelled. Reason: ordered twice", event("cancelled", { error: "ordered twice" })],
    ["Failed. Error: it broke", event("failed", { error: "it broke" })],
    ["Run failed. it broke", event("failed", { lastError: "it broke" }, "thread/t")],
    ["Frozen. tool pay: wrong details", event("frozen", { note: { id: "1", tool: "pay", reason: "wrong details" } }, "thread/countersign/freezes")], // prettier-ignore
    ["Frozen. everything: x", event("frozen", { note: { id: "1", reason: "x" } }, "thread/countersign/freezes")],
    [
      "Grant given. Approves any call of pay",
      event("remembered", { grant: { tool: "pay", scope: "tool", decision: "approve" } }, "grant/g"),
    ],
    ["of\\u{a0}another version", event("of\u00a0another version", { decisions: "?", note: [], grant: 1, tool: 7 })],
    ["constructor", event("constructor", {})],
  ])("reads %s", (text, given) => expect(eventText(given).what).toBe(text));

  test("says who did it", () => {
    const by = (actor?: AuditEvent["actor"]) => eventText({ ...event("asked", {}), ...(actor && { actor }) }).by;
    expect([by(), by({ id: "countersign", kind: "service" }), by({ id: `x${BIDI}` })]).toEqual(["", "Countersign", "x\\u{202e}"]);
  });

  test("has data that nobody has to trust", () => {
    expect(shortJson({ text: `<img src=x>${BIDI}` })).toBe('{\n  "text": "<img src=x>\\u202e"\n}');
    const long = shortJson({ text: "x".repeat(1_000_000) });
    expect(long.length).toBeLessThan(21_000);
    expect(long).toMatch(/and 980,0\d\d more characters/);
  });
});

describe("somebody's own record", () => {
  const record = { count: 40, medianTook: 754_000, approved: 40, edited: 0, rejected: 0 };

  test("has figures in words", () => {
    expect(figuresOf({ count: 0, approved: 0, edited: 0, rejected: 0 })).toEqual([]);
    expect(figuresOf({ ...record, edited: 1, count: 300 }).map(({ value }) => value)).toEqual(["300", "12m 34s", "<1%", "0%"]);
    expect(figuresOf({ ...record, count: 200, rejected: 199 }).at(-1)?.value).toBe(">99%");
  });

  test("asks for a thought only where there was nothing but approvals", () => {
    expect(thoughtOf(record)).toMatch(/^You approved all of your last 40 as they were\./);
    expect(thoughtOf({ ...record, count: 19 })).toBeUndefined();
    expect(thoughtOf({ ...record, edited: 1 })).toBeUndefined();
    expect(thoughtOf({ ...record, rejected: 1 })).toBeUndefined();
  });
});

test("threads that fail are shown unless the address asks for others", () => {
  expect(["", "state=idle", "state=all", "state=nonsense"].map((address) => stateIn(new URLSearchParams(address)))).toEqual([
    "failing",
    "idle",
    undefined,
    "failing",
  ]);
});

// What the detail says, as functions of what the server said.
import type { AuditEvent, Review } from "@countersign/server/client";
import { expect, test } from "vitest";
import { storyOf } from "../../src/page/requests/detail/event-story.ts";
import { FIRST_ROWS, openFolds, type Argument } from "../../src/page/requests/detail/open-folds.ts";
import { refusals } from "../../src/page/requests/detail/refusals.ts";
import { countText } from "../../src/page/requests/detail/count-text.ts";
import { pieces } from "../../src/page/requests/detail/pieces.ts";
import { changeText, decisionText } from "../../src/page/requests/detail/status-line.ts";
import { timeCall } from "../../src/page/requests/detail/time-calls.ts";

test("a long text falls into parts at line ends, or between characters", () => {
  const cut = (text: string, size: number) => pieces(text, size).map((piece) => piece.text);
  expect(cut("short", 10)).toEqual(["short"]);
  expect(cut("one two\nthree four", 12)).toEqual(["one two", "three four"]);
  expect(cut("a\nbcdefghijkl", 10)).toEqual(["a\nbcdefghi", "jkl"]);
  expect(cut("abc\u{1f600}def", 4)).toEqual(["abc", "\u{1f600}de", "f"]);
  expect(cut(String.raw`abcdefgh\u{200b}ij`, 10)).toEqual(["abcdefgh", String.raw`\u{200b}ij`]);
  const long = Array.from({ length: 500 }, (_, index) => "x".repeat(index % 90)).join("\n");
  expect(cut(long, 100).join("").replaceAll("\n", "")).toBe(long.replaceAll("\n", ""));
  expect([countText(1, "line"), countText(12_000, "line"), countText(3, "rows", "rows")]).toEqual(["1 line", "12,000 lines", "3 rows"]);
});

test("the upper levels stand open, as far as there is room", () => {
  const small = fold("small", 3);
  const large = fold("large", 10_000);
  const last = fold("last", 2);
  const open = openFolds([small, large, last]);
  expect([small, large, last].map((one) => open.has(one))).toEqual([true, false, true]);
  let deep = fold("deepest", 1);
  for (let level = 0; level < 100; level++) deep = { ...deep, items: [deep] };
  expect(openFolds([deep]).size).toBe(5);
  expect(openFolds(Array.from({ length: FIRST_ROWS + 50 }, (_, index) => fold(`f${index}`, 1))).size).toBe(0);
});

test("the time that is left is said twice, and not in between", () => {
  const minute = 60_000;
  expect(timeCall(10 * minute, Infinity)).toBeUndefined();
  expect(timeCall(5 * minute, 5 * minute + 1_000)).toBe("5 minutes left to decide");
  expect(timeCall(4 * minute, 5 * minute)).toBeUndefined();
  expect(timeCall(minute - 1, minute + 1)).toBe("1 minute left to decide");
  expect(timeCall(30_000, Infinity)).toBe("1 minute left to decide");
  expect(timeCall(-1, minute * 2)).toBeUndefined();
});

test("how it was decided is a sentence", () => {
  const signature = { decision: "approve", at: 0 } as const;
  const decided = { at: 0, text: "3m ago" };
  const signatures = [
    { ...signature, text: "approved by Fiona (finance), 3m ago", counts: true },
    { ...signature, text: "approved by Bob (finance), 4m ago", counts: false },
  ];
  expect(decisionText({ status: "pending", signatures })).toBeUndefined();
  expect(decisionText({ status: "approved", signatures, decided })).toBe("Approved by Fiona (finance), 3m ago");
  expect(decisionText({ status: "expired", signatures: [], decided })).toBe("Expired, 3m ago");
  expect(decisionText({ status: "cancelled", signatures, decided })).toBe("Cancelled, 3m ago");
  expect(changeText({ editedBy: "Bob (finance)" })).toBe("The arguments changed: Bob (finance) edited them.");
  expect(changeText({})).toBe("The arguments changed: they are the model’s again.");
});

test("each reason why somebody may not decide is said once", () => {
  const no = { allowed: false, code: "NOT_AUTHORIZED", reason: "It takes finance." } as const;
  const yes = { allowed: true } as const;
  const other = { allowed: false, code: "DECISION_NOT_ALLOWED", reason: "The terms offer only approve." } as const;
  const may = (approve: Review["may"]["approve"], edit: Review["may"]["edit"]): Review["may"] => ({
    approve,
    edit,
    reject: edit,
    batch: approve,
    remember: [],
  });
  expect(refusals({ may: may(no, no), status: "pending" })).toEqual([{ what: "You can’t decide it", why: "It takes finance." }]);
  expect(refusals({ may: may(yes, other), status: "pending" })).toEqual([
    { what: "You can’t edit or reject it", why: "The terms offer only approve." },
  ]);
  expect(refusals({ may: may(no, no), status: "approved" })).toEqual([]);
});

test("a history tells what was said, noted and changed, with what is hidden visible", () => {
  const bob = { id: "bob", name: "Bob\u202e", roles: ["finance"] };
  const decision = { type: "edit", args: { amount: 4_000 }, comment: "less", remember: { scope: "tool" } };
  const story = storyOf([
    event(1, "asked", { args: { amount: 4_200, to: "Acme" } }, { id: "dora" }),
    event(2, "voted", { decisions: [{ decision, via: "web" }], proposal: { args: { amount: 4_000, to: "Acme" } } }, bob),
    event(3, "claimed", { state: "executing" }, { id: "countersign", kind: "service" }),
    event(4, "unknown", { note: { attempt: 1, error: "no\u200banswer", origin: { host: "desk-7" } } }),
    event(5, "invented\u200b", {}),
  ]);
  expect(story.map(({ name, by }) => [name, by])).toEqual([
    ["Asked", "dora"],
    ["Signed, and others have to sign as well", String.raw`Bob\u{202e} (bob; finance)`],
    ["Started", "Countersign"],
    ["Started, and nobody knows whether it happened", undefined],
    [String.raw`invented\u{200b}`, undefined],
  ]);
  expect(story[1]?.said).toEqual(["The arguments were changed", "Comment: less", "Remembered for: any call of the tool", "Through: web"]);
  expect(story[1]?.differences.map(({ name, model, proposed }) => [name, model?.text, proposed?.text])).toEqual([
    ["amount", "4200", "4000"],
  ]);
  expect(story[3]?.said).toEqual(["Attempt: 1", String.raw`Error: no\u{200b}answer`, "Host: desk-7"]);
});

test("of what is masked a history shows what may be seen", () => {
  const masked = (amount: number) => ({ sha256: "0".repeat(64), masked: { amount, iban: "•••" } });
  const [, edited] = storyOf([
    event(1, "asked", { args: masked(4_200) }),
    event(2, "approved", { proposal: { sha256: "1".repeat(64), masked: { args: { amount: 4_000, iban: "•••" } } } }),
  ]);
  expect(edited?.differences.map(({ name }) => name)).toEqual(["amount"]);
});

function fold(name: string, length: number): Argument {
  const common = { isUnknown: false, isEdited: false };
  const items = Array.from({ length }, (_, index): Argument => ({ ...common, path: [name, index], name: `${index}`, kind: "null" }));
  return { ...common, path: [name], name, kind: "list", items };
}

function event(seq: number, type: string, data: AuditEvent["data"], actor?: AuditEvent["actor"]): AuditEvent {
  return { subject: "r", seq, prev: "", hash: "", type, at: 0, data, ...(actor && { actor }) };
}

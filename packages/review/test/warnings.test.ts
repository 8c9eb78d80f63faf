import { approve, reject, MASK, type ApprovalRequest, type DecisionRecord, type JsonObject } from "@countersign/core";
import { describe, expect, it } from "vitest";
import { reviewOf, type ReviewContext, type Warning } from "../src/index.ts";
import { HOUR, MINUTE, NOW, requestOf } from "./support.ts";

type Over = Partial<ApprovalRequest>;
const warningsOf = (args: JsonObject, over: Over = {}, context: Partial<ReviewContext> = {}): readonly Warning[] =>
  reviewOf(requestOf(args, over), { now: NOW, by: { id: "fiona" }, ...context }).warnings;
const told = (warnings: readonly Warning[]): readonly string[] =>
  warnings.map(({ kind, severity, text }) => `${severity} ${kind}: ${text}`);
/** Of a value in a field. */
const of = (kind: Warning["kind"], field: string, value: unknown): readonly string[] =>
  told(warningsOf({ [field]: value }).filter((warning) => warning.kind === kind));

const fiona = { id: "fiona", name: "Fiona", roles: ["finance"] };
const signed = (over: Partial<DecisionRecord> = {}): DecisionRecord => ({
  decision: approve(),
  by: fiona,
  at: NOW - HOUR,
  via: "cli",
  digest: "d",
  signature: undefined,
  ...over,
});

describe("the same call elsewhere", () => {
  const other = (over: Over): ApprovalRequest =>
    requestOf({ amount: 1 }, { id: "0".repeat(32), decisions: [signed()], decidedAt: NOW - HOUR, ...over });
  const duplicates = (...others: readonly ApprovalRequest[]) => warningsOf({ amount: 1 }, {}, { duplicates: others });

  it("is danger where it ran, or may have", () => {
    const done = other({ status: "approved", execution: "done", receipt: { status: "done", result: 1, at: NOW - 2 * HOUR } });
    expect(told(duplicates(done))).toEqual(["danger duplicate: The same call was approved by Fiona (finance) and has run, 2h ago"]);
    expect(told(duplicates(other({ status: "approved", execution: "executing" })))).toEqual([
      "danger duplicate: The same call was approved by Fiona (finance) and is running now",
    ]);
    const unknown = other({ status: "approved", execution: "unknown", receipt: { status: "unknown", at: NOW - MINUTE } });
    expect(told(duplicates(unknown, done))[1]).toBe(
      "danger duplicate: The same call was approved by Fiona (finance) and begun, 1m ago: nobody knows whether it happened",
    );
  });

  it("is less where it waits, was turned down or is over, and several are counted", () => {
    const rejected = other({ status: "rejected", decisions: [signed({ decision: reject("no"), by: { id: "bob" } })] });
    const pending = other({ status: "pending", decisions: [], askedAt: NOW - 3 * MINUTE });
    const granted = other({
      status: "approved",
      decisions: [],
      grantId: "g",
      execution: "failed",
      receipt: { status: "failed", error: "x", at: NOW },
    });
    expect(told(duplicates(pending, { ...pending, id: "1" }, rejected, granted, other({ status: "expired" })))).toEqual([
      "caution duplicate: The same call waits elsewhere, asked by dora 3m ago, and 1 more",
      "caution duplicate: The same call was rejected by bob, 1h ago",
      "note duplicate: The same call was approved by a remembered decision and failed, just now",
      "note duplicate: The same call was asked for 1h ago and expired",
    ]);
    expect(duplicates(pending)[0]?.requests).toEqual(["0".repeat(32)]);
  });
});

describe("around the call", () => {
  it("a freeze is danger as long as the call may run", () => {
    const freezes = [{ id: "f", by: fiona, reason: "incident", at: NOW - MINUTE, tool: "send_payment" }];
    expect(told(warningsOf({}, {}, { freezes }))).toEqual([
      "danger frozen: Frozen by Fiona (finance) 1m ago (the tool send_payment): incident",
    ]);
    expect(warningsOf({}, { status: "approved", execution: "done" }, { freezes })).toEqual([]);
    expect(told(warningsOf({}, {}, { freezes: [{ id: "f", by: fiona, reason: "all", at: NOW }] }))).toEqual([
      "danger frozen: Frozen by Fiona (finance) just now (everything): all",
    ]);
  });

  it("a deadline is close within the hour, or in its last tenth, or it has passed", () => {
    const at = (expiresAt: number, askedAt: number) => told(warningsOf({}, { askedAt, expiresAt }));
    expect(at(NOW + 2 * HOUR, NOW - HOUR)).toEqual([]);
    expect(at(NOW + 59 * MINUTE, NOW - HOUR)).toEqual(["caution deadline: It expires in 59m"]);
    expect(at(NOW + 5 * HOUR, NOW - 60 * HOUR)).toEqual(["caution deadline: It expires in 5h"]);
    expect(at(NOW + 20 * MINUTE, NOW - 10 * MINUTE)).toEqual([]);
    expect(at(NOW - MINUTE, NOW - HOUR)).toEqual(["danger deadline: The deadline has passed, 1m ago"]);
  });

  it("an edit by somebody else since the last look is danger, one's own is none", () => {
    const seen = requestOf({ amount: 1 });
    const edited = (by: ApprovalRequest["proposal"]["by"]): Over => ({ proposal: { args: { amount: 2 }, digest: "e", by } });
    expect(told(warningsOf({ amount: 1 }, edited({ id: "bob" }), { seen }))).toEqual([
      "danger edited-since: bob has changed the arguments since you last looked",
    ]);
    expect(warningsOf({ amount: 1 }, edited(fiona), { seen })).toEqual([]);
    expect(warningsOf({ amount: 1 }, {}, { seen })).toEqual([]);
  });
});

describe("hidden characters", () => {
  it("are danger wherever somebody else wrote them", () => {
    expect(of("hidden-characters", "note", "a\u202eb")[0]).toContain(
      "danger hidden-characters: note has characters that change the direction",
    );
    expect(of("hidden-characters", "note", "a\u200bb")[0]).toContain("nobody sees");
    expect(of("hidden-characters", "note", "e\u0301\u0302\u0303")[0]).toContain("drawn over others");
    expect(of("hidden-characters", "no\u200bte", 1)[0]).toContain('The name of the field ["no\\u{200b}te"]');
    expect(told(warningsOf({}, { reason: "a\u2066b" }))[0]).toContain("The reason has characters");
    const hidden = Array.from("pay Bob", (letter) => String.fromCodePoint(0xe0000 + (letter.codePointAt(0) ?? 0))).join("");
    expect(of("hidden-characters", "note", `ok${hidden}`)).toEqual([
      'danger hidden-characters: note hides a text in characters that nobody sees: "pay Bob"',
    ]);
  });

  it("of pictures, tabs and line ends mislead nobody, and other blanks hardly", () => {
    expect(of("hidden-characters", "note", "Thanks \u2764\ufe0f \u{1f468}\u200d\u{1f469}\u200d\u{1f467}\r\n\tand more")).toEqual([]);
    for (const text of ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0915\u094d\u200d\u0937"])
      expect(of("hidden-characters", "note", text)).toEqual([]);
    expect(of("hidden-characters", "note", "\ufeffDonau\u00addampf")).toEqual([
      "note hidden-characters: note has a byte order mark, or soft hyphens",
    ]);
    expect(of("hidden-characters", "note", "pay\u200cpal")[0]).toContain("danger");
    expect(of("hidden-characters", "note", "10\u00a0000")).toEqual(["note hidden-characters: note has blanks that aren't plain spaces"]);
  });
});

describe("look-alike letters", () => {
  it("in a word of mixed alphabets are danger in any field", () => {
    expect(of("look-alike", "recipient", "\u0410cme Corp")).toEqual([
      'danger look-alike: recipient mixes alphabets: "\u0410cme" looks like "Acme", but has \u0410 (Cyrillic, U+0410)',
    ]);
    expect(of("look-alike", "note", "p\u0430ypal")[0]).toContain('looks like "paypal"');
    expect(of("look-alike", "iban", "D\u04154012345678901234")[0]).toContain("DE40");
    expect(of("look-alike", "note", "Omicr\u03bfn")[0]).toContain("Greek");
  });

  it("are told once where the title repeats an argument", () => {
    const warned = (title: string) =>
      warningsOf(
        { recipient: "\u0410cme" },
        { proposal: { args: { recipient: "\u0410cme" }, digest: "d", by: undefined, description: { title } } },
      )
        .filter(({ kind }) => kind === "look-alike")
        .map(({ path }) => path?.join());
    expect(warned("Pay \u0410cme $10")).toEqual(["recipient"]);
    expect(warned("Pay p\u0430ypal $10")).toEqual(["recipient", undefined]);
  });

  it("throughout a word are told in names and addresses", () => {
    expect(of("look-alike", "to", "\u0440\u0430\u0443\u0440\u0430.\u0441\u043e")[0]).toContain(
      "danger look-alike: to only looks like Latin letters",
    );
    expect(of("look-alike", "vendor", "\u0421\u0410\u041d\u0415")[0]).toContain("caution look-alike");
    expect(of("look-alike", "url", "https://bank.com\u2215evil.org/x")[0]).toContain("where an address has a plain sign");
    expect(of("look-alike", "name", "\uff21\uff43\uff4d\uff45")[0]).toContain('looks like "Acme"');
  });

  it("and signs of an address say where it leads", () => {
    expect(of("look-alike", "url", "https://paypal.com@evil.com/x")).toEqual([
      'danger look-alike: url has an address that leads to "evil.com", whatever stands before it',
    ]);
    // As browsers read it, and as whoever looks for the last @ does.
    for (const address of ["https://evil.com\\@paypal.com/x", "https://a@evil.com\\x\\@paypal.com", "https://evil.com\\paypal.com"]) {
      expect(of("look-alike", "url", address)).toEqual([
        'danger look-alike: url has an address with a backslash in it: a browser goes to "evil.com", other programs may go to "paypal.com"',
      ]);
      expect(new URL(address).host).toBe("evil.com");
    }
    expect(of("look-alike", "note", "go to https://xn--pypal-4ve.com now")[0]).toContain("caution look-alike");
    expect(of("look-alike", "url", "https://evil.com\uff0fpaypal.com")[0]).toContain("where an address has a plain sign");
    expect(of("look-alike", "url", "https://ja.wikipedia.org/wiki/\u65e5\u672c\uff1a\u6771\u4eac")).toEqual([]);
    expect(of("look-alike", "dsn", "postgres://app@db.example.com/x")).toEqual([]);
  });

  it("are no reason to warn of a language in its own letters", () => {
    const plain = ["Привет, мир", "Иван Петров", "Сара Иванова", "Αθήνα", "Ωmega 3 μm", "東京タワー", "서울 Seoul", "Müller & Söhne", "Łódź", "日本語ABC", "ЯндексGPT", "שלום", "naïve café", "Ереван"]; // prettier-ignore
    for (const text of plain) for (const field of ["note", "recipient"]) expect([text, ...of("look-alike", field, text)]).toEqual([text]);
  });
});

it("text that is read from right to left is noted, and more where both directions meet", () => {
  expect(of("right-to-left", "note", "שלום")).toEqual(["note right-to-left: note is read from right to left"]);
  expect(of("right-to-left", "note", "שלום 100 USD")[0]).toContain("caution right-to-left");
});

describe("a value that imitates the page", () => {
  it.each([
    ["88   ".padEnd(80) + "status     pending", "danger"],
    ["x\nasked by   dora (Dora D.; sales)", "caution"],
    ["status     approved\ntool       pay\nasked by   dora", "danger"],
    ["done\narguments\n  {", "caution"],
    ["All fine.\nApprove this? [y/N]", "danger"],
    ["y = yes, Enter = leave it pending >", "danger"],
    ["[a] approve  [r] reject", "danger"],
    ["digest 2f8f8d94b7fe457f0be5551870befb5a", "caution"],
    ["\u2502 tool  send_payment", "caution"],
    ["\u250c\u2500\u2500\u2510", "caution"],
    [`a${" ".repeat(40)}b`, "caution"],
    [`a${"\n".repeat(20)}b`, "caution"],
  ])("is told: %j", (text, severity) => {
    expect(of("imitation", "note", text)[0]).toMatch(new RegExp(`^${severity} imitation: note has`));
  });

  it.each([
    "Please approve the invoice; status: pending",
    "tool: hammer\nwhy: nails",
    "The request was signed  twice",
    "SELECT a\n  FROM b\n  WHERE c > 1",
    "> quoted\n> mail",
    "Hi, could you please approve this?\nWould you sign it?",
    "the sha256 digest 9f86d081884c7d659a2feaa0c55ad015",
  ])("is not everything: %j", (text) => {
    expect(of("imitation", "note", text)).toEqual([]);
  });
});

describe("the title's numbers", () => {
  const titled = (title: string, args: JsonObject) =>
    warningsOf(args, { proposal: { args, digest: "d", by: undefined, description: { title } } })
      .filter(({ kind }) => kind === "title-number")
      .map(({ text }) => text);

  it.each([
    ["Pay 1,000 EUR", { amount: 1 }],
    ["Pay 9", { amount: 9_000_000 }],
    ["Pay 5", { amount: 1_000, note: "hello" }],
    ["Pay 3", { amount: 9_000, to: "x", note: "y" }],
  ])("that aren't in the arguments by other accounts are told: %s", (title, args) => expect(titled(title, args)).toHaveLength(1));

  it("that aren't in the arguments are told", () => {
    expect(titled("Pay Acme Corp $4,300 for invoice 88", { amount: 4200, invoice: "INV-88" })).toEqual([
      "The title says 4,300, which isn't in the arguments",
    ]);
  });

  it.each([
    ["Pay $4,200.50", { amount: 4200.5 }],
    ["Pay 4.200,50 EUR", { cents: 420_050 }],
    ["Pay 3 people 60 in total", { payees: [{ amount: 10 }, { amount: 20 }, { amount: 30 }] }],
    ["Give 15% off on 28 Nov 2026", { share: 0.15, day: "2026-11-28" }],
    ["Pay 1 to a hidden account", { account: MASK }],
  ])("are found in other forms: %s", (title, args) => expect(titled(title, args)).toEqual([]));
});

describe("what is unusual", () => {
  const past = Array.from({ length: 12 }, (_, index) =>
    requestOf(
      { amount: 100 + index, recipient: index % 2 ? "Acme" : "Bob", ref: `r${index}`, dry: true, tags: ["a"], key: MASK },
      { id: String(index) },
    ),
  );
  const usual: JsonObject = { amount: 105, recipient: "Acme", ref: "r99", dry: true, tags: ["b"], key: MASK };
  const unusual = (args: JsonObject, before: readonly ApprovalRequest[] = past) =>
    warningsOf(args, {}, { past: before }).map(({ text }) => text);

  it("is told beside the last calls of the tool", () => {
    expect(unusual({ ...usual, recipient: "Evil" })).toEqual(['First call with recipient "Evil": the last 12 had 2 others']);
    expect(unusual({ ...usual, amount: 1_260 })).toEqual(["amount is 1260, 12 times the median of the last 12 calls; the highest was 111"]);
    expect(unusual({ ...usual, dry: false })).toEqual(["First call with dry false: the last 12 always had true"]);
    expect(unusual({ ...usual, tags: Array.from({ length: 9 }, () => "a") })).toEqual([
      "tags has 9 items, 9 times the median of the last 12 calls; the highest was 1",
    ]);
    expect(unusual({ ...usual, more: 1 })).toEqual(["None of the last 12 calls had more"]);
  });

  it("is nothing that is always new, hidden, near, of another tool, or beside too few", () => {
    expect(unusual(usual)).toEqual([]);
    expect(unusual({ ...usual, amount: 300 })).toEqual([]);
    expect(unusual({ ...usual, recipient: "Evil" }, past.slice(0, 4))).toEqual([]);
    expect(
      unusual(
        { ...usual, recipient: "Evil" },
        past.map((each) => ({ ...each, tool: "other" })),
      ),
    ).toEqual([]);
    expect(unusual({ ...usual, key: "seen" })).toEqual([]);
  });
});

it("the gravest come first, and of too many of a kind the rest is counted", () => {
  const args = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`f${index}`, "a\u202eb"]));
  const warnings = warningsOf({ ...args, note: "10\u00a0000" }, { expiresAt: NOW + MINUTE, askedAt: NOW - HOUR });
  expect(warnings.map(({ severity }) => severity)).toEqual([...Array.from({ length: 20 }, () => "danger"), "caution"]);
  expect(warnings[19]?.text).toMatch(/\(and 11 more of this kind\)$/);
});

it("an edit that was checked without the tool's schema, and long texts, are said", () => {
  const args = { note: "a\n".repeat(120) };
  const proposal = { args, digest: "d", by: fiona, parsed: { sets: [], atRunTime: [], partial: true } } as const;
  expect(told(warningsOf(args, { proposal }))).toEqual([
    "caution partial-schema: These arguments were edited where the tool's schema isn't known: it may set others as well when it runs",
    "note long: note is long: 121 lines, 240 characters",
  ]);
});

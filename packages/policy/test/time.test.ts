// What time it is where somebody works: named zones, whatever the clocks do there and on this machine.
import { describe, expect, it } from "vitest";
import { explain, lint, loadPolicy } from "../src/index.ts";
import { askFile, tools } from "./tools.ts";

const check = (condition: string, now: string) =>
  loadPolicy(askFile(condition)).check({ tool: "send_payment", args: {}, now: Date.parse(now) }).type === "ask";
const hoursIn = (zone: string, now: string): number =>
  Array.from({ length: 24 }, (_, hour) => hour).find((hour) => check(`now.getHours("${zone}") == ${hour}`, now)) ?? Number.NaN;

describe("now", () => {
  it.each<[string, string, number]>([
    ["Europe/Berlin", "2026-03-29T00:59:59Z", 1],
    ["Europe/Berlin", "2026-03-29T01:00:00Z", 3],
    ["Europe/Berlin", "2026-10-25T00:59:59Z", 2],
    ["Europe/Berlin", "2026-10-25T01:00:00Z", 2],
    ["America/New_York", "2026-11-01T05:59:59Z", 1],
    ["America/New_York", "2026-11-01T06:00:00Z", 1],
    ["America/New_York", "2026-03-08T06:59:59Z", 1],
    ["America/New_York", "2026-03-08T07:00:00Z", 3],
    // Half an hour of summer time, and a zone that leapt over a day.
    ["Australia/Lord_Howe", "2026-04-04T15:00:00Z", 1],
    ["Pacific/Apia", "2011-12-30T09:59:59Z", 23],
    ["Pacific/Apia", "2011-12-30T10:00:00Z", 0],
    ["Asia/Kathmandu", "2026-01-01T00:15:00Z", 6],
    ["UTC", "2026-01-01T00:00:00Z", 0],
    ["+05:30", "2026-01-01T00:00:00Z", 5],
    ["-08:00", "2026-01-01T00:00:00Z", 16],
    ["02:00", "2026-01-01T23:00:00Z", 1],
  ])("in %s, at %s: %d hours", (zone, now, hours) => {
    expect(hoursIn(zone, now)).toBe(hours);
  });

  it("has every part in every zone that Intl knows, as Intl has them", () => {
    const moments = ["2026-03-29T01:30:00Z", "2026-10-25T00:30:00Z", "2026-12-31T23:59:59.123Z", "2024-02-29T12:00:00Z"];
    for (const timeZone of ["Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati", "Africa/Casablanca", "America/Sao_Paulo"]) {
      for (const now of moments) {
        const local = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }).format(new Date(now));
        const [year, month, day, hour, minute, second] = local.split(/[- :]/).map(Number);
        const weekday = new Date(`${local.slice(0, 10)}T00:00:00Z`).getUTCDay();
        const dayOfYear = (Date.parse(local.slice(0, 10)) - Date.parse(`${year}-01-01`)) / 86_400_000;
        const parts = { getFullYear: year, getMonth: (month ?? 0) - 1, getDate: day, getDayOfMonth: (day ?? 0) - 1, getHours: hour, getMinutes: minute, getSeconds: second, getDayOfWeek: weekday, getDayOfYear: dayOfYear }; // prettier-ignore
        const condition = Object.entries(parts).map(([name, value]) => `now.${name}("${timeZone}") == ${value}`).join(" && "); // prettier-ignore
        expect([timeZone, now, check(condition, now)]).toEqual([timeZone, now, true]);
      }
    }
  });

  it("has the first years as they are, and not as those of the last century", () => {
    const first =
      'now.getFullYear() == 1 && now.getDayOfYear() == 0 && now.getFullYear("Europe/Berlin") == 1 && now.getDayOfYear("UTC") == 0';
    expect(check(first, "0001-01-01T00:00:00Z")).toBe(true);
    expect(check('now.getFullYear("+01:00") == 99 && now.getDayOfYear() == 364', "0099-12-31T12:00:00Z")).toBe(true);
    expect(check('now.getFullYear("America/New_York") == 0 && now.getDate("America/New_York") == 31', "0001-01-01T00:00:00Z")).toBe(true);
    expect(check("now.getDayOfYear() == 365 && now.getDate() == 31", "0004-12-31T12:00:00Z")).toBe(true);
  });

  it("is read in UTC without a zone, whatever the zone of this machine", () => {
    const before = process.env["TZ"];
    try {
      for (const zone of ["America/New_York", "Asia/Tokyo"]) {
        process.env["TZ"] = zone;
        // Half past two doesn't exist in New York on that day.
        expect(check("now.getHours() == 2 && now.getMinutes() == 30 && now.getDayOfYear() == 66", "2026-03-08T02:30:00Z")).toBe(true);
      }
    } finally {
      if (before === undefined) delete process.env["TZ"];
      else process.env["TZ"] = before;
    }
  });

  it("is a timestamp, never a constant, and explained", () => {
    expect(lint(askFile("now > timestamp('2020-01-01T00:00:00Z')"))).toEqual([]);
    expect(lint(askFile("now == now || args.x > 1"))).toEqual([]);
    const policy = loadPolicy(askFile("now - timestamp('2026-01-01T00:00:00Z') > duration('24h')"));
    const now = Date.parse("2026-01-03T00:00:00Z");
    expect(explain(policy, { tool: "send_payment", args: {}, now })).toMatchObject({
      now,
      decidedBy: { values: { now: "2026-01-03T00:00:00Z" } },
    });
    expect(explain(policy, { tool: "send_payment", args: {} }).now).toBeGreaterThan(now);
  });

  it("in a zone that a call brings along holds where that is none", () => {
    const zone = (given: unknown) => loadPolicy(askFile("now.getHours(args.zone) > 24")).check({ tool: "send_payment", args: { zone: given } }).type; // prettier-ignore
    expect([zone("Europe/Berlin"), zone("Europe/Nowhere"), zone("../../etc/passwd"), zone(3), zone(""), zone("99:99")]).toEqual([
      "allow",
      "ask",
      "ask",
      "ask",
      "ask",
      "ask",
    ]);
  });
});

describe("a zone that doesn't exist", () => {
  it.each([
    ['now.getHours("Europe/Belin") > 3', "There is no time zone Europe/Belin. Did you mean Europe/Berlin?"],
    ['now.getHours("Berlin") > 3', "There is no time zone Berlin. Did you mean Europe/Berlin?"],
    ['now.getHours("") > 3', 'The time zone is empty. Write a name such as "Europe/Berlin", "UTC", or an offset such as "+02:00".'],
    ['now.getHours("new york") > 3', "There is no time zone new york. Did you mean America/New_York?"],
    [
      'now.getDayOfWeek("Mars/Olympus") > 3',
      'There is no time zone Mars/Olympus. Write a name such as "Europe/Berlin", "UTC", or an offset such as "+02:00".',
    ],
    [
      'has(args.on) && args.on.getHours("CEST") > 3',
      'There is no time zone CEST. Write a name such as "Europe/Berlin", "UTC", or an offset such as "+02:00".',
    ],
  ])("%s", (condition, message) => {
    const quoted = lint(askFile(condition), { tools });
    expect(quoted.map((problem) => problem.message)).toEqual([message]);
    // Where the zone stands: the quotes are escaped in the file.
    expect(quoted[0]).toMatchObject({ severity: "error", line: 4, column: 11 + condition.indexOf('"') });
  });

  it("is one as well where it is a constant", () => {
    const text =
      "version: 1\nconstants: { zone: Europe/Belin }\nreview: { roles: [a] }\ntools: { t: { ask: now.getHours(constants.zone) > 3 } }\n";
    expect(lint(text)).toMatchObject([{ line: 4, column: 42, message: "There is no time zone Europe/Belin. Did you mean Europe/Berlin?" }]);
  });
});

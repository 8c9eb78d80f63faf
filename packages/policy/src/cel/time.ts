import { CelScalar, celMethod, objectType, type CelFunc } from "@bufbuild/cel";
import type { ReflectMessage } from "@bufbuild/protobuf/reflect";
import { timestampDate, TimestampSchema, type Timestamp } from "@bufbuild/protobuf/wkt";
import { didYouMean } from "@countersign/core/policy";

const DAY = 86_400_000;
const { INT, STRING } = CelScalar;
const TIMESTAMP = objectType(TimestampSchema);

/** What a timestamp is asked for, of a date whose UTC fields are the local ones. */
const PARTS: Readonly<Record<string, (local: Date) => number>> = {
  getFullYear: (local) => local.getUTCFullYear(),
  getMonth: (local) => local.getUTCMonth(),
  getDate: (local) => local.getUTCDate(),
  getDayOfMonth: (local) => local.getUTCDate() - 1,
  getDayOfWeek: (local) => local.getUTCDay(),
  getDayOfYear: (local) => Math.floor((local.getTime() - utc(local.getUTCFullYear())) / DAY),
  getHours: (local) => local.getUTCHours(),
  getMinutes: (local) => local.getUTCMinutes(),
  getSeconds: (local) => local.getUTCSeconds(),
  getMilliseconds: (local) => local.getUTCMilliseconds(),
};

/** As `Date.UTC` has it, which takes the years 0 to 99 for those of the last century. */
function utc(year: number, month = 0, day = 1, hours = 0, minutes = 0, seconds = 0): number {
  return new Date(Date.UTC(2_000, month, day, hours, minutes, seconds)).setUTCFullYear(year, month, day);
}

/** The functions that take a time zone as their last argument. */
export function takesZone(name: string): boolean {
  return Object.hasOwn(PARTS, name);
}

/** The library's own read a date in the zone of this machine, and so are wrong wherever its clocks change. */
export const timeFunctions: readonly CelFunc[] = Object.entries(PARTS).flatMap(([name, part]) => {
  function read(this: ReflectMessage & { readonly message: Timestamp }, zone?: string): bigint {
    const date = timestampDate(this.message);
    return BigInt(part(zone === undefined ? date : new Date(date.getTime() + offsetIn(zone, date))));
  }
  return [celMethod(name, TIMESTAMP, [], INT, read), celMethod(name, TIMESTAMP, [STRING], INT, read)];
});

const FIXED = /^([+-]?)([01]\d|2[0-3]):([0-5]\d)$/;

/** How far the clocks of a zone are ahead of UTC at this time, in ms. @throws for a zone that doesn't exist */
function offsetIn(zone: string, date: Date): number {
  const [, sign, hours, minutes] = FIXED.exec(zone) ?? [];
  if (hours !== undefined) return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return zoneOf(zone).offsetAt(date);
}

const zones = new Map<string, Zone>();
const MOST_ZONES = 500;

function zoneOf(name: string): Zone {
  const known = zones.get(name);
  if (known) return known;
  const zone = new Zone(name);
  // There are some hundreds. A call may bring along names that are those in other letters, without end.
  if (zones.size >= MOST_ZONES) zones.clear();
  zones.set(name, zone);
  return zone;
}

class Zone {
  readonly #format: Intl.DateTimeFormat;
  /** The last second that was asked for: all conditions of a call ask for the same. */
  #second = Number.NaN;
  #offset = 0;

  constructor(timeZone: string) {
    const fields = {
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    } as const;
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      ...fields,
    });
  }

  offsetAt(date: Date): number {
    const second = Math.floor(date.getTime() / 1_000);
    if (second !== this.#second) {
      const at = new Map(this.#format.formatToParts(date).map(({ type, value }) => [type, value]));
      const part = (type: Intl.DateTimeFormatPartTypes): number => Number(at.get(type) ?? 0);
      // The year before 1 is 1 BC.
      const year = at.get("era") === "BC" ? 1 - part("year") : part("year");
      const local = utc(year, part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
      this.#offset = local - second * 1_000;
      this.#second = second;
    }
    return this.#offset;
  }
}

const ZONES = ' Write a name such as "Europe/Berlin", "UTC", or an offset such as "+02:00".';

/** Why a text is no time zone, and which one may be meant; undefined: it is one. */
export function zoneProblem(name: string): string | undefined {
  if (FIXED.test(name)) return undefined;
  try {
    zoneOf(name);
    return undefined;
  } catch {
    const known = Intl.supportedValuesOf("timeZone");
    const city = known.find((zone) => zone.split("/").at(-1)?.toLowerCase() === name.trim().replaceAll(/\s+/g, "_").toLowerCase());
    const near = city === undefined ? didYouMean(name, known) : ` Did you mean ${city}?`;
    if (name.trim() === "") return `The time zone is empty.${ZONES}`;
    return `There is no time zone ${name}.${near || ZONES}`;
  }
}

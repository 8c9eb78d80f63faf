import { AssertionError } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { isCountersignError, type Committed } from "@countersign/core/store";
import { differences } from "../explain/differences.ts";

type Reason = Extract<Committed, { ok: false }>["reason"];

/** @throws AssertionError saying what is not so */
export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new AssertionError({ message: what });
}

/** Equal as records are: a member that is undefined is the same as none, and bytes are bytes. @throws AssertionError */
export function same(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [plain(actual), plain(expected)];
  if (isDeepStrictEqual(got, wanted)) return;
  const [first = "", ...more] = differences(got, wanted);
  const rest = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw new AssertionError({ message: `${what}: ${first}${rest}`, actual: got, expected: wanted });
}

/** These members of it, and whatever else. @throws AssertionError */
export function has<T extends object>(actual: T | undefined, expected: Partial<T>, what: string): void {
  holds(actual !== undefined && actual !== null, `${what}: there is none`);
  const members = Object.keys(expected).map((key) => [key, (actual as Record<string, unknown>)[key]]);
  same(Object.fromEntries(members), expected, what);
}

export function accepted(committed: Committed, what: string): void {
  holds(committed.ok, `${what}: refused${committed.ok ? "" : ` (${committed.reason})`}`);
}

export function refused(committed: Committed, reason: Reason, what: string): void {
  holds(!committed.ok, `${what}: accepted instead of ${reason}`);
  same(committed.reason, reason, what);
}

/** @throws AssertionError unless it ends with this error code, and these details of it */
export async function throwsCode(work: () => unknown, code: string, what: string, details: object = {}): Promise<void> {
  const thrown = await Promise.resolve()
    .then(work)
    .then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
  holds(thrown !== undefined, `${what}: nothing was thrown instead of ${code}`);
  const { error } = thrown;
  holds(isCountersignError(error), `${what}: ${String(error)} instead of ${code}`);
  same(error.code, code, what);
  has(error.details as Record<string, unknown>, details as Record<string, unknown>, what);
}

/** Waits no longer than that. The time is generous: it ends what hangs, and measures nothing. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new AssertionError({ message: `${what}: not within ${ms / 1000} s` })), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, member]) => [key, plain(member)]));
}

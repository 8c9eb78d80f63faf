import type { Confirmation, Decision } from "../contract/decision.ts";
import type { JsonObject } from "../contract/json.ts";
import { masked } from "../contract/mask.ts";
import { confirmedPaths } from "../contract/terms.ts";
import { CountersignError } from "../errors/error.ts";
import { toRequest } from "../ledger/to-request.ts";
import { proposedArgs } from "../store/proposed-args.ts";
import type { RequestRecord } from "../store/records.ts";

type Confirmable = Pick<RequestRecord, "terms" | "args" | "proposal" | "redact">;

/** Did whoever says this type what the terms ask for, of the arguments as they are proposed here? */
export function isConfirmed(record: Confirmable, decision: Decision): boolean {
  return unconfirmed(record, decision).length === 0;
}

/**
 * A signature with what was typed for it, and without what nobody compares with anything.
 * @param signing what is being signed, and under which terms
 * @throws NOT_CONFIRMED
 */
export function confirmed(
  record: RequestRecord,
  signing: Pick<RequestRecord, "terms" | "proposal">,
  decision: Exclude<Decision, { type: "reject" }>,
): Decision {
  const signed = { ...record, ...signing };
  const paths = unconfirmed(signed, decision);
  if (paths.length > 0) {
    const valueless = paths.filter((path) => valueOf(signed, path) === undefined);
    throw new CountersignError("NOT_CONFIRMED", { request: toRequest(record), paths, valueless });
  }
  const { confirm, ...said } = decision;
  const asked = confirmedPaths(signed.terms);
  return asked.length > 0 ? { ...said, confirm: compared(confirm, asked) } : said;
}

function compared(confirm: Confirmation | undefined, paths: readonly string[]): Confirmation | undefined {
  if (typeof confirm !== "object" || confirm === null) return confirm;
  return Object.fromEntries(Object.entries(confirm).filter(([path]) => paths.includes(path)));
}

function unconfirmed(record: Confirmable, decision: Decision): readonly string[] {
  const paths = confirmedPaths(record.terms);
  const confirm = decision.type === "reject" ? undefined : decision.confirm;
  return paths.filter((path) => !says(typedAt(confirm, path, paths), valueOf(record, path)));
}

/** What whoever signs has to type. Undefined: there is no one value there, or reviewers don't get to see it. */
export function valuesToConfirm(record: Confirmable): readonly { readonly path: string; readonly value: Scalar | undefined }[] {
  return confirmedPaths(record.terms).map((path) => ({ path, value: valueOf(record, path) }));
}

/** The decision with what the terms ask to be typed. Where nothing can be typed, nothing is. */
export function typed<D extends Exclude<Decision, { type: "reject" }>>(record: Confirmable, decision: D): D {
  const confirm = Object.fromEntries(valuesToConfirm(record).flatMap(({ path, value }) => (value === undefined ? [] : [[path, value]])));
  return { ...decision, confirm };
}

type Scalar = string | number | boolean | null;

function isScalar(value: unknown): value is Scalar {
  return value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** The value alone will do where there is one path. */
function typedAt(confirm: Confirmation | undefined, path: string, paths: readonly string[]): Scalar | undefined {
  if (typeof confirm === "object" && confirm !== null) return Object.hasOwn(confirm, path) ? confirm[path] : undefined;
  return paths.length === 1 ? confirm : undefined;
}

/** What isn't text may be typed as its text: no other value has the same. */
function says(typed: Scalar | undefined, value: Scalar | undefined): boolean {
  if (typed === undefined || value === undefined) return false;
  return typed === value || (typeof value !== "string" && typed === String(value));
}

/** Undefined for none, for several, and for one that reviewers get to see masked. */
function valueOf(record: Confirmable, path: string): Scalar | undefined {
  const args = proposedArgs(record);
  const value = valueAt(args, path);
  return isScalar(value) && valueAt(masked(args, record.redact), path) === value ? value : undefined;
}

function valueAt(args: JsonObject, path: string): unknown {
  const keys = path.split(".").slice(1);
  return keys.reduce<unknown>((at, key) => (isMember(at, key) ? at[key] : undefined), args);
}

/** Its own, and no list's length. */
function isMember(at: unknown, key: string): at is JsonObject {
  return typeof at === "object" && at !== null && Object.prototype.propertyIsEnumerable.call(at, key);
}

import { z } from "zod";
import type { Decision } from "./decision.ts";
import type { Issue, JsonObject } from "./json.ts";
import type { ArgsPath, RecordedParse } from "./parsed.ts";
import type { ApprovalRequest } from "./request.ts";

/** Stands in the place of every argument that a rule's `redact` hides. */
export const MASK = "•••";

/** Paths into the arguments. `*` is every element of a list, or every member of an object. */
export const redactSchema: z.ZodType<readonly string[]> = z.lazy(() =>
  z.array(z.string().regex(/^args(\.[^.\s]+)+$/, "not a path such as args.iban")).min(1),
);

/** What is hidden in a value: each path from there on. An empty one hides the value itself. */
type Hidden = readonly (readonly string[])[];

const keysOf = (redact: readonly string[]): Hidden => redact.map((path) => path.split(".").slice(1));

function below(hidden: Hidden, key: string): Hidden {
  return hidden.filter(([first]) => first === key || first === "*").map((path) => path.slice(1));
}

/** The arguments as reviewers and exports get them. */
export function masked(args: JsonObject, redact: readonly string[] = []): JsonObject {
  return hide(args, keysOf(redact)) as JsonObject;
}

/** Where a path can't be followed, what is in its way is hidden: rather too much than too little. */
function hide(value: unknown, hidden: Hidden): unknown {
  if (hidden.length === 0) return value;
  if (hidden.some((path) => path.length === 0)) return MASK;
  if (value === null) return value;
  if (typeof value !== "object") return MASK;
  if (!Array.isArray(value)) return mapMembers(value, (member, key) => hide(member, below(hidden, key)));
  if (hidden.some(([key = ""]) => key !== "*" && !/^\d+$/.test(key))) return MASK;
  return value.map((item, index) => hide(item, below(hidden, String(index))));
}

/** A value of the arguments, as those who see them masked get it. */
export function maskedAt(path: ArgsPath, value: unknown, redact: readonly string[] = []): unknown {
  let hidden = keysOf(redact);
  for (const key of path) {
    hidden = below(hidden, String(key));
    if (hidden.some((rest) => rest.length === 0)) return MASK;
  }
  return hide(value, hidden);
}

/** What would run, without what only the tool gets to see. */
export function maskedProposal<P extends Arguments["proposal"]>(proposal: P, redact: readonly string[] = []): P {
  const { args, parsed } = proposal;
  const hide = ({ hidden, ...set }: RecordedParse["sets"][number]): typeof set =>
    "value" in set ? { ...set, value: hidden ? MASK : maskedAt(set.path, set.value, redact) } : set;
  return { ...proposal, args: masked(args, redact), ...(parsed && { parsed: { ...parsed, sets: parsed.sets.map(hide) } }) };
}

function mapMembers(object: object, map: (member: unknown, key: string) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(object).map(([key, member]) => [key, map(member, key)]));
}

/**
 * Arguments that a reviewer edited without seeing all of them: a mask that was left where it was shown is the value behind
 * it again. `lost`: the masks that stand for nothing, because none was shown there, or because a list has got or lost
 * elements, or others have moved to their places. Both arguments are canonical JSON.
 */
export function unmasked(
  edited: JsonObject,
  original: JsonObject,
  redact: readonly string[] = [],
): { readonly args: JsonObject; readonly lost: readonly Issue[] } {
  const lost: Issue[] = [];
  if (redact.length === 0) return { args: edited, lost };

  function restore(value: unknown, before: unknown, hidden: Hidden, path: readonly PropertyKey[]): unknown {
    if (value === MASK) {
      if (before !== undefined && hide(before, hidden) === MASK) return before;
      lost.push({ path, message: "this mask stands for no value: write the value itself" });
      return value;
    }
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      const items = Array.isArray(before) && areInPlace(value, before, hidden) ? before : [];
      return value.map((item, index) => restore(item, items[index], below(hidden, String(index)), [...path, index]));
    }
    const members: object = typeof before === "object" && before !== null ? before : {};
    const memberAt = (key: string): unknown => (Object.hasOwn(members, key) ? (members as JsonObject)[key] : undefined);
    return mapMembers(value, (member, key) => restore(member, memberAt(key), below(hidden, key), [...path, key]));
  }

  return { args: restore(edited, original, keysOf(redact), []) as JsonObject, lost };
}

/**
 * Else the value of one element would end up in another. An element that was changed is still in its place, unless it is no
 * less like another one, which then isn't where it was either: they may have changed places.
 */
function areInPlace(edited: readonly unknown[], before: readonly unknown[], hidden: Hidden): boolean {
  if (edited.length !== before.length) return false;
  const shown = before.map((item, index) => hide(item, below(hidden, String(index))));
  const changes = edited.map((item, index) => differences(item, shown[index]));
  return edited.every((item, index) => {
    const own = changes[index] ?? 0;
    return own === 0 || shown.every((other, at) => at === index || differences(item, other) > (changes[at] === 0 ? 0 : own));
  });
}

/** In how many places two JSON values differ. */
function differences(a: unknown, b: unknown): number {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) {
    return JSON.stringify(a) === JSON.stringify(b) ? 0 : 1;
  }
  const [left, right] = [a as JsonObject, b as JsonObject];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].reduce((sum, key) => sum + differences(Object.hasOwn(left, key) ? left[key] : undefined, Object.hasOwn(right, key) ? right[key] : undefined), 0); // prettier-ignore
}

type Arguments = Pick<ApprovalRequest, "args" | "proposal" | "approvedArgs" | "decisions" | "receipt">;

/** A request without what only the tool gets to see. The digests stay: they are of what is signed. */
export function maskRequest<R extends Arguments>(request: R, redact: readonly string[]): R {
  const { args, proposal, approvedArgs, decisions, receipt } = request;
  return {
    ...request,
    args: masked(args, redact),
    proposal: maskedProposal(proposal, redact),
    approvedArgs: approvedArgs && masked(approvedArgs, redact),
    decisions: decisions.map((record) => ({ ...record, decision: maskDecision(record.decision, redact) })),
    receipt: receipt && "args" in receipt && receipt.args ? { ...receipt, args: masked(receipt.args, redact) } : receipt,
  };
}

/** The same of what a reviewer said. */
export function maskDecision(decision: Decision, redact: readonly string[] | undefined): Decision {
  return decision.type === "edit" ? { ...decision, args: masked(decision.args as JsonObject, redact) } : decision;
}

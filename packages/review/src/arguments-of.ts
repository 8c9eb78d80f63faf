import { MASK, type ApprovalRequest, type ArgsPath } from "@countersign/core";
import { ABSENT, isObject, memberOf } from "./json.ts";
import type { Argument } from "./review.ts";
import { keysOf, knows, saidBy, shapesAt, shapesOf, type Shapes } from "./schema-shapes.ts";
import { ParsedTree } from "./parsed-tree.ts";
import { valueText, linesOf } from "./value-text.ts";
import { visible } from "./visible.ts";

/** A text of more characters than these is long. */
const LONG = 200;
/** Core signs nothing deeper. */
const DEEPEST = 600;

/** One value on its way into the tree. */
interface Place {
  readonly path: ArgsPath;
  /** As signed. */
  readonly value: unknown;
  /** As the model proposed it. */
  readonly model: unknown;
  readonly shapes: Shapes;
  readonly isUnknown: boolean;
  readonly parsed: ParsedTree | undefined;
}

/** The arguments as a tree, in the schema's order, with what the tool's schema makes of them. */
export function argumentsOf(request: Pick<ApprovalRequest, "args" | "proposal" | "argsSchema">): readonly Argument[] {
  const { args, proposal, argsSchema: root } = request;
  const parsed = ParsedTree.of(proposal.parsed);
  const got = parsed?.set && "value" in parsed.set ? parsed.set.value : ABSENT;
  const shapes = shapesOf(root, proposal.args, root);
  const whole: Place = { path: [], value: proposal.args, model: args, shapes, isUnknown: false, parsed };
  if (got === ABSENT) return membersOf(whole, root);
  // The tool gets something else altogether.
  if (!isObject(got)) return [argumentOf({ ...whole, parsed }, root)];
  return keysIn(whole, got).map((key) => {
    const member = memberOf(got, key);
    const set = member === ABSENT ? { path: [key] } : { path: [key], value: member };
    const isSame = member !== ABSENT && valueText(member) === valueText(memberOf(proposal.args, key));
    return argumentOf(
      { ...placeAt(whole, key, root), parsed: isSame ? undefined : ParsedTree.of({ sets: [set], atRunTime: [] })?.at(key) },
      root,
    );
  });
}

function argumentOf(place: Place, root: unknown): Argument {
  const { path, value, model, shapes, isUnknown, parsed } = place;
  const key = path.at(-1);
  const common = {
    path,
    name: key === undefined ? "all of them" : typeof key === "number" ? String(key + 1) : visible(key),
    label: oneLine(saidBy(shapes, "title")),
    description: oneLine(saidBy(shapes, "description")),
    isUnknown,
  };
  const set = parsed?.set;
  if (set && "value" in set) {
    const isAdded = value === ABSENT;
    const shown = argumentOf({ ...place, value: set.value, model: set.value, parsed: undefined }, root);
    const signed = isAdded ? undefined : valueText(value);
    return { ...shown, ...common, parsed: isAdded ? "added" : "changed", signed, isEdited: !isAdded && isDifferent(value, model) };
  }
  const mark = set ? "left out" : parsed?.isAtRunTime ? "set when it runs" : undefined;
  if (value === ABSENT && parsed && parsed.keys.length > 0) {
    const made = argumentOf({ ...place, value: {}, parsed: parsed.below() }, root);
    return { ...made, ...common, parsed: "added", signed: undefined, isEdited: model !== ABSENT };
  }
  if (value === ABSENT) {
    const nothing = { kind: "text", value: undefined, lines: undefined, length: undefined, items: undefined } as const;
    return { ...common, ...nothing, parsed: mark, signed: undefined, isEdited: model !== ABSENT };
  }
  return { ...common, ...shownOf(place, root), parsed: mark, signed: undefined };
}

type Shown = Pick<Argument, "kind" | "value" | "lines" | "length" | "items" | "isEdited">;

function shownOf(place: Place, root: unknown): Shown {
  const { value, model, path } = place;
  const nothing = { value: undefined, lines: undefined, length: undefined, items: undefined };
  if (typeof value === "object" && value !== null) {
    const kind = Array.isArray(value) ? "list" : "object";
    if (path.length > DEEPEST) return { ...nothing, kind: "text", value: `(nested more than ${DEEPEST} levels deep)`, isEdited: false };
    const items = membersOf(place, root);
    return { ...nothing, kind, items, isEdited: items.some(({ isEdited }) => isEdited) || hasOtherMembers(value, model) };
  }
  const isEdited = value !== model;
  if (value === MASK) return { ...nothing, kind: "mask", value: MASK, isEdited };
  if (typeof value === "string") {
    const lines = linesOf(value);
    const length = value.length > LONG ? Array.from(value).length : undefined;
    if (lines) return { ...nothing, kind: "block", lines, length, isEdited };
    return { ...nothing, kind: "text", value: valueText(value), length, isEdited };
  }
  const kind = value === null ? "null" : typeof value === "number" ? "number" : typeof value === "boolean" ? "boolean" : "text";
  return { ...nothing, kind, value: valueText(value), isEdited };
}

function membersOf(place: Place, root: unknown): readonly Argument[] {
  const { value } = place;
  if (!Array.isArray(value)) return keysIn(place, value).map((key) => argumentOf(placeAt(place, key, root), root));
  const added = place.parsed?.keys.filter((key) => typeof key === "number" && key >= value.length) ?? [];
  const indices = [...value.keys(), ...(added as number[]).sort((a, b) => a - b)];
  return indices.map((index) => argumentOf(placeAt(place, index, root), root));
}

/** In the schema's order; those that it doesn't know come last, in their own. */
function keysIn({ value, shapes, parsed }: Place, got: unknown = value): readonly string[] {
  const present = new Set([...ownKeys(value), ...ownKeys(got), ...(parsed?.keys ?? []).map(String)]);
  return [...new Set([...keysOf(shapes), ...present])].filter((key) => present.has(key));
}

function placeAt(place: Place, key: string | number, root: unknown): Place {
  const value = memberOf(place.value, key);
  return {
    path: [...place.path, key],
    value,
    model: memberOf(place.model, key),
    shapes: shapesAt(place.shapes, key, value, root),
    isUnknown: typeof key === "string" && !knows(place.shapes, key),
    parsed: place.parsed?.at(key),
  };
}

function hasOtherMembers(value: object, model: unknown): boolean {
  if (typeof model !== "object" || model === null || Array.isArray(value) !== Array.isArray(model)) return true;
  return Object.keys(value).length !== Object.keys(model).length;
}

function isDifferent(value: unknown, model: unknown): boolean {
  return value !== model && valueText(value) !== valueText(model);
}

function ownKeys(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value).filter((key) => value[key] !== undefined) : [];
}

function oneLine(text: string | undefined): string | undefined {
  return text === undefined ? undefined : visible(text.trim().replace(/\s+/g, " "));
}

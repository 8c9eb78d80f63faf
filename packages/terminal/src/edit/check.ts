import { fromJsonSchema, MASK, type ApprovalRequest, type ArgsPath, type JsonObject } from "@countersign/core";
import { didYouMean } from "@countersign/core/policy";
import { keysOf, knows, shapesAt, shapesOf, visible, type Shapes } from "@countersign/review";
import { PLACEHOLDER } from "./draft.ts";
import type { Mistake } from "./notes.ts";
import { readDraft } from "./read.ts";
import { isObject, refusesUnknown } from "./schema.ts";

/** What somebody made of a draft. `unknown`: fields that the tool may never get, which are worth a question. */
export type Checked =
  | { readonly type: "args"; readonly args: JsonObject; readonly unknown: readonly Mistake[] }
  | { readonly type: "mistakes"; readonly mistakes: readonly Mistake[] }
  | { readonly type: "nothing" };

/** The gate checks it too, and what a mask stands for: here so that nobody has to begin anew. */
export function checkDraft(text: string, { argsSchema = {}, proposal }: ApprovalRequest): Checked {
  const read = readDraft(text, { proto: hasProto(proposal.args) });
  if (read.type !== "args") return read;
  const { args, mistake } = read;
  const found = unknownIn(args, proposal.args, shapesOf(argsSchema, args, argsSchema), [], argsSchema);
  const mistakes = [
    ...placeholders(args, proposal.args, []).map((path) =>
      mistake(path, `Write a value in the place of ${PLACEHOLDER}, or take the line out.`),
    ),
    ...issuesIn(argsSchema, args)
      // Members that there are none of are told already, with the name that was meant.
      .filter(({ message }) => !(message.startsWith("Unrecognized key") && found.some(({ isRefused }) => isRefused)))
      .map(({ path, message }) => mistake(path, message)),
  ];
  const unknown = found.map(({ path, message }) => mistake(path, message));
  if (mistakes.length === 0 && !found.some(({ isRefused }) => isRefused)) return { type: "args", args, unknown };
  // A name that is written wrongly is why another one is missing.
  return { type: "mistakes", mistakes: [...unknown, ...mistakes].toSorted((a, b) => a.line - b.line) };
}

interface Unknown {
  readonly path: ArgsPath;
  readonly message: string;
  readonly isRefused: boolean;
}

/** Fields that the schema doesn't name, but for those that the proposal has already. */
function unknownIn(value: unknown, before: unknown, shapes: Shapes, path: ArgsPath, root: JsonObject): readonly Unknown[] {
  const members: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : isObject(value)
      ? Object.entries(value)
      : [];
  return members.flatMap(([key, member]) => {
    const at = [...path, key];
    const isNew = typeof key === "string" && !(isObject(before) && Object.hasOwn(before, key));
    if (isNew && !knows(shapes, key)) return [{ path: at, message: unknownText(key, shapes), isRefused: refusesUnknown(shapes) }];
    return unknownIn(member, valueAt(before, [key]), shapesAt(shapes, key, member, root), at, root);
  });
}

function unknownText(key: string, shapes: Shapes): string {
  const fate = refusesUnknown(shapes) ? "" : " It may be dropped before it reaches the tool.";
  return `The tool has no field ${visible(key)}.${didYouMean(key, keysOf(shapes))}${fate}`;
}

/** Lines that were taken out of their comment and left as they were. */
function placeholders(value: unknown, before: unknown, path: ArgsPath): readonly ArgsPath[] {
  if (value === PLACEHOLDER) return before === PLACEHOLDER ? [] : [path];
  if (Array.isArray(value)) return value.flatMap((item, index) => placeholders(item, valueAt(before, [index]), [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => placeholders(member, valueAt(before, [key]), [...path, key]));
}

interface Issue {
  readonly path: ArgsPath;
  readonly message: string;
}

/** A schema that can't be used here is the gate's to apply. */
function issuesIn(schema: JsonObject, args: JsonObject): readonly Issue[] {
  let result;
  try {
    result = fromJsonSchema(schema)["~standard"].validate(args);
  } catch {
    return [];
  }
  if (result instanceof Promise || !result.issues) return [];
  return (
    result.issues
      .map(({ message, path = [] }) => ({ message, path: path.map((key) => keyOf(typeof key === "object" ? key.key : key)) }))
      // Members that there are none of are told with the name that was meant.
      .filter(({ message, path }) => valueAt(args, path) !== MASK && !message.startsWith("Unrecognized key"))
      .map(({ message, path }) => ({ path, message: issueText(message, path, args) }))
  );
}

function issueText(message: string, path: ArgsPath, args: JsonObject): string {
  if (path.length > 0 && valueAt(args, path) === undefined) return `The field ${visible(String(path.at(-1)))} is missing.`;
  return `${message.replace(/^Invalid input: /, "")}.`.replace(/^./, (first) => first.toUpperCase());
}

function keyOf(key: PropertyKey): string | number {
  return typeof key === "symbol" ? String(key) : key;
}

function valueAt(value: unknown, path: ArgsPath): unknown {
  return path.reduce<unknown>(
    (at, key) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, key) ? (at as Record<string | number, unknown>)[key] : undefined,
    value,
  );
}

function hasProto(args: JsonObject): boolean {
  return JSON.stringify(args).includes('"__proto__":');
}

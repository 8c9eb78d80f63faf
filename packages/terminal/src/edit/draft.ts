import { MASK, type ApprovalRequest, type JsonObject } from "@countersign/core";
import { keysOf, shapesAt, shapesOf, visible, type Shapes } from "@countersign/review";
import { fieldComment } from "./field-comment.ts";
import { NOTE } from "./notes.ts";
import { quoted, writtenKey, writtenText, type Written } from "./scalar.ts";
import { isObject, isRequired } from "./schema.ts";

/** What stands in the place of a value that isn't there. */
export const PLACEHOLDER = "…";
/** Keys that are longer have to be written in another way. */
const LONGEST_KEY = 1_000;

/**
 * The arguments as YAML to be edited: in the order of the tool's schema, with what it says as comments and a commented-out line
 * for each optional field that isn't there. Reading it back gives exactly these arguments.
 */
export function draftOf(request: ApprovalRequest, args: JsonObject = request.proposal.args): string {
  const root = request.argsSchema ?? {};
  const body = new Writer(root).members(args, shapesOf(root, args, root), "", []);
  const empty = Object.keys(args).length === 0 ? ["# No arguments. Take the {} away when you write some.", "{}"] : [];
  // The last line, so that an editor that trims the end of a file changes no text.
  return [...headerOf(request), "", ...body, ...empty, "# The end of the arguments.", ""].join("\n");
}

function headerOf({ id, namespace, tool, proposal }: ApprovalRequest): readonly string[] {
  const title = proposal.description?.title;
  return [
    `# ${visible(namespace === undefined ? tool : `${namespace}/${tool}`)}${title === undefined ? "" : `: ${visible(title)}`}`,
    `# request ${id}, digest ${proposal.digest}`,
    "#",
    "# Change the arguments, save, and close the editor. You then see what you changed, and are asked.",
    "# Save it unchanged, or delete everything, to leave the request pending.",
    `# This is YAML; JSON is fine as well. Lines that begin with # are comments, those with ${NOTE} are notes on mistakes.`,
  ];
}

/** Where a field stands, whichever entry of a list it is in. */
type Place = readonly string[];

class Writer {
  readonly #root: JsonObject;
  /** What the schema says of a field stands there once, such as in the first entry of a list. */
  readonly #described = new Set<string>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** Those of the schema first, in its order. */
  members(map: JsonObject, shapes: Shapes, indent: string, place: Place): readonly string[] {
    const known = keysOf(shapes);
    const others = Object.keys(map).filter((key) => !known.includes(key));
    return [
      ...known.flatMap((name) => this.#member(map, name, shapes, indent, [...place, name], !isRequired(shapes, name))),
      ...others.flatMap((name) => this.#member(map, name, shapes, indent, [...place, name], false)),
    ];
  }

  #member(map: JsonObject, name: string, shapes: Shapes, indent: string, place: Place, isOptional: boolean): readonly string[] {
    const isThere = Object.hasOwn(map, name);
    const value = isThere ? map[name] : undefined;
    const field = shapesAt(shapes, name, value, this.#root);
    const isDescribed = this.#described.has(JSON.stringify(place));
    this.#described.add(JSON.stringify(place));
    // Whatever may stand there, not only what is like the value.
    const any = shapesAt(shapes, name, undefined, this.#root);
    const comment = isDescribed ? [] : fieldComment(any, { name, isThere, isOptional }).map((line) => `${indent}# ${line}`);
    if (isThere) return [...comment, ...keyed(writtenKey(name), this.#written(value, field, `${indent}  `, place), indent)];
    return isDescribed ? [] : [...comment, `${indent}# ${writtenKey(name)}: ${placeholder(field)}`];
  }

  #written(value: unknown, shapes: Shapes, indent: string, place: Place): Written {
    if (value === MASK) return { beside: `${quoted(MASK)} # hidden: leave it, and it keeps its value`, below: [] };
    if (typeof value === "string") return writtenText(value, indent);
    if (Array.isArray(value) && value.length > 0) return { beside: "", below: this.#items(value, shapes, indent, [...place, "*"]) };
    if (isObject(value) && Object.keys(value).length > 0) return { beside: "", below: this.members(value, shapes, indent, place) };
    return { beside: JSON.stringify(value), below: [] };
  }

  #items(list: readonly unknown[], shapes: Shapes, indent: string, place: Place): readonly string[] {
    return list.flatMap((item, index) => {
      const inner = `${indent}  `;
      const { beside, below } = this.#written(item, shapesAt(shapes, index, item, this.#root), inner, place);
      if (beside !== "") return [`${indent}- ${beside}`, ...below];
      // The first line of a map or list stands beside the dash.
      const [first = "", ...rest] = below;
      return [`${indent}- ${first.slice(inner.length)}`, ...rest];
    });
  }
}

function keyed(key: string, { beside, below }: Written, indent: string): readonly string[] {
  const value = beside === "" ? "" : ` ${beside}`;
  return key.length > LONGEST_KEY ? [`${indent}? ${key}`, `${indent}:${value}`, ...below] : [`${indent}${key}:${value}`, ...below];
}

/** The default, else the first of the allowed values. */
function placeholder(shapes: Shapes): string {
  const [given] = shapes.flatMap((schema): readonly unknown[] => {
    if ("default" in schema) return [schema["default"]];
    if ("const" in schema) return [schema["const"]];
    return Array.isArray(schema["enum"]) ? schema["enum"].slice(0, 1) : [];
  });
  if (typeof given === "string") return quoted(given);
  return typeof given === "number" || typeof given === "boolean" ? String(given) : PLACEHOLDER;
}

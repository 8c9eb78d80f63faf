import { isCelError, isCelUint, type CelEnv, type CelResult } from "@bufbuild/cel";
import type { JsonObject, PolicyCall } from "@countersign/core";
import { Evaluator } from "./evaluator.ts";
import { isFault, parseExpression, type Expression, type Fault } from "./expression.ts";

/** A text with expressions in it: `over ${ constants.limit }`. `$${` is written for `${`. */
export interface TemplateText {
  readonly text: string;
  readonly parts: readonly (string | Embedded)[];
}

/** `at`: where the expression begins, in characters of the text. */
export interface Embedded {
  readonly expression: Expression;
  readonly at: number;
}

/** Not what stands within the texts of an expression, so that a brace there is found to be none. */
const PIECE = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|[{}]/g;

/** What is wrong with each of its expressions, or the text as it is read. */
export function parseTemplate(text: string): TemplateText | readonly Fault[] {
  const parts: (string | Embedded)[] = [];
  const faults: Fault[] = [];
  let literal = "";
  let at = 0;
  while (at < text.length) {
    if (text.startsWith("$${", at)) {
      literal += "${";
      at += 3;
    } else if (text.startsWith("${", at)) {
      const end = closing(text, at + 2);
      if (end === undefined) return [{ severity: "error", message: "A closing `}` is missing. Write `$${` for `${` itself.", offset: at }];
      const expression = embedded(text.slice(at + 2, end));
      if (isFault(expression)) faults.push({ ...expression, offset: expression.offset + at + 2 });
      else parts.push(literal, { expression, at: at + 2 });
      literal = "";
      at = end + 1;
    } else {
      literal += text.charAt(at);
      at += 1;
    }
  }
  return faults.length > 0 ? faults : { text, parts: [...parts, literal].filter((part) => part !== "") };
}

function embedded(text: string): Expression | Fault {
  if (text.trim() === "") return { severity: "error", message: "Write an expression between the braces: `${ args.amount }`.", offset: 0 };
  return parseExpression(text);
}

/** Where the brace closes that was opened right before; undefined: nowhere. */
function closing(text: string, from: number): number | undefined {
  let depth = 1;
  for (const { index, 0: piece } of text.slice(from).matchAll(PIECE)) {
    if (piece === "{") depth++;
    else if (piece === "}" && --depth === 0) return from + index;
  }
  return undefined;
}

export function isTemplateText(read: TemplateText | readonly Fault[]): read is TemplateText {
  return "parts" in read;
}

/** A text that is made anew for each call. */
export class Template {
  readonly text: string;
  readonly #parts: readonly (string | Evaluator)[];
  readonly #isUrl: boolean;

  /** In a URL, what follows its beginning is escaped, and one whose path climbs is empty: a value can't lead elsewhere. */
  constructor(
    { text, parts }: TemplateText,
    environment: CelEnv,
    constants: JsonObject,
    { isUrl = false }: { readonly isUrl?: boolean } = {},
  ) {
    this.text = text;
    this.#isUrl = isUrl;
    this.#parts = parts.map((part) => (typeof part === "string" ? part : new Evaluator(part.expression.expr, environment, constants)));
  }

  /** Is it the same for each call? */
  get isPlain(): boolean {
    return this.#parts.every((part) => typeof part === "string");
  }

  /** Its text where it {@link isPlain}. */
  get plain(): string {
    return this.#parts.map((part) => (typeof part === "string" ? part : "")).join("");
  }

  get history(): boolean {
    return this.#parts.some((part) => typeof part !== "string" && part.facts.length > 0);
  }

  /** @throws if one of its expressions can't be evaluated, or gives neither a text nor a number nor true or false */
  render(call: PolicyCall): string {
    const text = this.#parts
      .map((part, index) => {
        if (typeof part === "string") return part;
        const value = printed(part.evaluate(call));
        return this.#isUrl && index > 0 ? encodeURIComponent(value.toWellFormed()) : value;
      })
      .join("");
    return this.#isUrl && climbs(text) ? "" : text;
  }
}

/** Does its path have a segment of dots? They lead up in it, and escaping changes nothing: for a browser `%2E` is a dot. */
function climbs(url: string): boolean {
  const [path = ""] = url.split(/[?#]/);
  return /[/\\](\.|%2e){1,2}([/\\]|$)/i.test(path);
}

/** Numbers as JSON has them. */
function printed(value: CelResult): string {
  if (isCelError(value)) throw new Error(value.message);
  if (isCelUint(value)) return String(value.value);
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value)))
    return String(value);
  throw new Error("a text, a number, true or false can stand there, and nothing else");
}

import { visible } from "@countersign/review";
import { jsonText } from "./json-text.ts";
import { numberOf, optionsOf, textOf, typeOf, type Schema } from "./schema.ts";

/** What a schema asks of a value, in words. Empty: nothing that isn't plain. */
export function hintOf(schema: Schema): string {
  if (optionsOf(schema) || "const" in schema) return "";
  switch (typeOf(schema)) {
    case "string":
      return sentence([formatHint(schema), range(numberOf(schema, "minLength"), numberOf(schema, "maxLength"), "character")]);
    case "integer":
      return sentence(["A whole number", bounds(schema)]);
    case "number":
      return sentence([bounds(schema)]);
    case "array":
      return sentence([range(numberOf(schema, "minItems"), numberOf(schema, "maxItems"), "item")]);
    default:
      return "";
  }
}

/** What the tool gets where a value is left out. */
export function defaultHint(schema: Schema): string {
  return "default" in schema ? `The tool then gets ${visible(jsonText(schema["default"]).replace(/\s+/g, " "))}.` : "";
}

const FORMATS: Readonly<Record<string, string>> = {
  date: "A date, such as 2026-12-31",
  "date-time": "A date and a time, such as 2026-12-31T18:00:00Z",
  email: "An email address",
  uri: "A link, such as https://acme.example",
  uuid: "A UUID",
};

function formatHint(schema: Schema): string {
  const format = textOf(schema, "format");
  if (format !== undefined) return FORMATS[format] ?? `Format: ${visible(format)}`;
  const pattern = textOf(schema, "pattern");
  return pattern === undefined ? "" : `Pattern: ${visible(pattern)}`;
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  const counted = (count: number): string => `${count} ${unit}${count === 1 ? "" : "s"}`;
  if (least !== undefined && least > 0 && most !== undefined)
    return least === most ? `Exactly ${counted(most)}` : `${least} to ${counted(most)}`;
  if (least === 1 && most === undefined) return "It can't be empty";
  if (most !== undefined) return `At most ${counted(most)}`;
  return least === undefined || least <= 0 ? "" : `At least ${counted(least)}`;
}

function bounds(schema: Schema): string {
  const [least, most] = [numberOf(schema, "minimum"), numberOf(schema, "maximum")];
  const [above, below] = [numberOf(schema, "exclusiveMinimum"), numberOf(schema, "exclusiveMaximum")];
  const step = numberOf(schema, "multipleOf");
  const parts = [
    above !== undefined ? `more than ${above}` : isPlain(least) ? "" : `at least ${least}`,
    below !== undefined ? `less than ${below}` : isPlain(most) ? "" : `at most ${most}`,
    step === undefined ? "" : `in steps of ${step}`,
  ];
  return parts.filter((part) => part !== "").join(", ");
}

/** What any whole number meets isn't worth a word. */
function isPlain(bound: number | undefined): boolean {
  return bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER;
}

function sentence(parts: readonly string[]): string {
  const said = parts.filter((part) => part !== "").join(", ");
  return said === "" ? "" : `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

import type { YAMLError } from "yaml";

/** What to write instead of what YAML doesn't take. `line` is the text of the line where it stands, `below` the next one. */
export function yamlWords({ code, message }: Pick<YAMLError, "code" | "message">, line: string, below: string): string {
  const [, key = "", value = ""] = /^[\s-]*([\w*/.-]+)\s*:\s+(.*)$/.exec(line) ?? [];
  const thing = ["ask", "deny", "when"].includes(key) ? "condition" : "value";
  if (/^["']/.test(value) && /node end/.test(message))
    return `A ${thing} that begins with a quote ends with the next one. Put the whole ${thing} in quotes of the other kind.`;
  if (/flow-map-start at node end/.test(message) && line.includes("${")) return EXPRESSION;
  if (/end with a [}\]]/.test(message)) return missing(message);
  switch (code) {
    case "TAB_AS_INDENT":
      return "Indent with blanks: YAML takes no tabs.";
    case "BLOCK_AS_IMPLICIT_KEY":
      return value.includes(": ") ? `Put the ${thing} in quotes: it contains \`: \`.` : tooDeep(key, below);
    case "BAD_INDENT":
      return "Begin all settings of one rule, and all tools, in the same column.";
    case "MULTILINE_IMPLICIT_KEY":
      return "Write `name: value`: the `:` is missing, or the blank after it.";
    case "BAD_SCALAR_START":
      return `Put the ${thing} in quotes: it begins with \`${value.charAt(0) || line.trim().charAt(0)}\`.`;
    case "TAG_RESOLVE_FAILED":
      return "`!` begins a YAML tag. Put a condition that begins with it in quotes.";
    case "MISSING_CHAR":
      return `A closing ${/closing (.)/.exec(message)?.[1] ?? "bracket"} is missing.`;
    default:
      if (/^[>|]/.test(value)) return `Put the ${thing} in quotes: it begins with \`${value.charAt(0)}\`.`;
      return `${NOT_YAML}: ${message}.`;
  }
}

const EXPRESSION = "Put the text in quotes: within `{ }` and `[ ]`, YAML takes no `${` without them.";

/** How words begin that are the library's own: there are better ones for what comes before. */
export const NOT_YAML = "This is not YAML";

function tooDeep(key: string, below: string): string {
  const name = /^\s*([\w-]+)\s*:/.exec(below)?.[1];
  return name === undefined ? "Put the value in quotes: it contains `:`." : `Begin \`${name}\` in the same column as \`${key}\`.`;
}

function missing(message: string): string {
  const bracket = /[}\]](?=[^}\]]*$)/.exec(message)?.[0] ?? "}";
  return `A closing \`${bracket}\` is missing.`;
}

import type { YAMLError } from "yaml";

/** What to write in the place of what YAML doesn't take. */
export function yamlWords({ code, message, pos }: Pick<YAMLError, "code" | "message" | "pos">, text: string): string {
  switch (code) {
    case "TAB_AS_INDENT":
      return "Indent with blanks: YAML takes no tabs.";
    case "BLOCK_AS_IMPLICIT_KEY":
      return "Put the value in quotes: it contains `: `.";
    case "BAD_INDENT":
      return "Begin all fields of one map in the same column, and what belongs to a field further to the right.";
    case "MULTILINE_IMPLICIT_KEY":
      return "Write `name: value`: the `:` is missing, or the blank after it.";
    case "BAD_SCALAR_START":
      return `Put the value in quotes: it begins with \`${text.charAt(pos[0])}\`.`;
    case "TAG_RESOLVE_FAILED":
      return "`!` begins a tag of YAML's. Put a text that begins with ! in quotes.";
    case "MISSING_CHAR":
      return /closing (.)quote|closing (.)/.test(message) ? `${message}. Write it, or put the text in double quotes.` : `${message}.`;
    default:
      return `This is not YAML: ${message}. Put a text with signs in it in double quotes.`;
  }
}

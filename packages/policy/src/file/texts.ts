import { isTemplateText, parseTemplate, Template, type TemplateText } from "../cel/template.ts";
import { isFault, parseExpression, type Fault } from "../cel/expression.ts";
import { readsOf } from "../cel/reads.ts";
import type { Problem } from "../problem.ts";
import { hasErrors, meaningFaults, placed, type Seen, type Setting } from "./setting.ts";
import type { Path } from "./yaml.ts";

export interface CompiledText {
  /** Undefined: it can't be used. */
  readonly template: Template | undefined;
  readonly read: TemplateText | undefined;
  readonly problems: readonly Problem[];
}

/** A text with expressions, and everything that is wrong with them. */
export function compileText(
  setting: Setting,
  path: Path,
  text: string,
  seen: Seen,
  { isUrl = false }: { readonly isUrl?: boolean } = {},
): CompiledText {
  const read = parseTemplate(text);
  if (!isTemplateText(read)) return { template: undefined, read: undefined, problems: placed(setting, path, read) };
  const faults = read.parts.flatMap((part) =>
    typeof part === "string"
      ? []
      : meaningFaults(setting, seen, part.expression).map((fault) => ({ ...fault, offset: fault.offset + part.at })),
  );
  const problems = placed(setting, path, [...faults, ...dollarFaults(text)]);
  const template = hasErrors(problems) ? undefined : new Template(read, setting.environment, setting.constants, { isUrl });
  return { template, read, problems };
}

/** `$${args.amount}` looks like a dollar sign before a value, and is the text `${args.amount}`. */
function dollarFaults(text: string): readonly Fault[] {
  return Array.from(text.matchAll(/\$\$\{([^{}]*)\}/g)).flatMap(({ 1: inner = "", index }) => {
    const expression = parseExpression(inner);
    if (isFault(expression) || readsOf(expression.expr).length === 0) return [];
    const message = `\`$\${\` stands for \`\${\` itself. For a dollar sign before a value write \`\${"$"}\${${inner}}\`.`;
    return [{ severity: "warning", message, offset: index }];
  });
}

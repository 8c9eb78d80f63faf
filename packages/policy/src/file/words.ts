import type { Duration } from "@countersign/core";
import { didYouMean, durationMs } from "@countersign/core/policy";
import type { Path } from "./yaml.ts";

/** A mistake as a schema tells it. */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly expected?: string | undefined;
  readonly values?: readonly unknown[] | undefined;
  readonly keys?: readonly string[];
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ["reason", " Write `{ when: …, reason: … }`."],
  ["when", " Write `{ when: …, reason: … }`."],
  ["expect", " Write `expect: ask`, `allow`, `deny` or `invalid`."],
  ["call", " Write `call: { tool: send_payment, args: { amount: 4200 } }`."],
]);

/** What is missing, or wrong as a whole, beside a setting that isn't known is probably that one. */
export function isConsequence(issues: readonly SchemaIssue[], { code, path }: SchemaIssue, value: unknown): boolean {
  const unknown = issues.filter((issue) => issue.code === "unrecognized_keys").map((issue) => issue.path.join("."));
  return code === "custom" ? unknown.includes(path.join(".")) : value === undefined && unknown.includes(path.slice(0, -1).join("."));
}

const DURATIONS: ReadonlySet<string> = new Set(["expiresIn", "executeWithin", "after", "remind", "for"]);

/** What to write at this place instead of `value`: an example is shorter than a rule. */
export function wordsFor(issue: SchemaIssue, path: Path, value: unknown): string {
  const name = path.findLast((key) => typeof key === "string") ?? "";
  const isItem = typeof path.at(-1) === "number";
  if (DURATIONS.has(name) && (isItem || issue.expected !== "array")) return durationWords(isItem ? "" : name, value);
  if (value === undefined && issue.code !== "custom") return `\`${name}\` is missing.${EXAMPLES.get(name) ?? ""}`;
  switch (issue.code) {
    case "invalid_type":
      return kindWords(issue.expected, isItem ? "Each of them" : `\`${name}\``, name, value);
    case "invalid_value":
      return `Write ${orList(issue.values ?? [])}.${didYouMean(String(value), (issue.values ?? []).map(String))}`;
    case "too_small":
      return name === "quorum" || name === "count"
        ? `\`${name}\` is a whole number, 1 or more.`
        : `\`${name}\` is empty. Write something there, or leave it out.`;
    default:
      return sentence(issue.message);
  }
}

function kindWords(expected: string | undefined, subject: string, name: string, value: unknown): string {
  switch (expected) {
    case "array":
      return typeof value === "string" ? `Write \`${name}: [${shown(value)}]\`.` : `${subject} is a list. Write \`${name}: [a, b]\`.`;
    case "boolean":
      return `Write ${orList(/^(y|yes|on|1|true)$/i.test(String(value)) ? [true] : /^(n|no|off|0|false)$/i.test(String(value)) ? [false] : [true, false], `${name}: `)}.`;
    case "number":
    case "int":
      return `${subject} is a whole number.`;
    case "string":
      if (typeof value === "object") return `${subject} is a text. Put it in quotes.`;
      return `${subject} is a text. Write ${JSON.stringify(JSON.stringify(value))}.`;
    case "object":
    case "record":
      return name === "review"
        ? "`review` is a map. Write `review: { roles: [finance] }`."
        : `${subject} is a map. Write \`${name}: { … }\`.`;
    default:
      return `${subject} is not ${expected ?? "right"}.`;
  }
}

const UNITS: readonly (readonly [RegExp, (amount: string) => string])[] = [
  [/^s(ec(ond)?s?)?$/i, (amount) => `${amount}s`],
  [/^m(in(ute)?s?)?$/i, (amount) => `${amount}m`],
  [/^h((ou)?rs?)?$/i, (amount) => `${amount}h`],
  [/^d(ays?)?$/i, (amount) => `${amount}d`],
  [/^w(eeks?)?$/i, (amount) => `${Number(amount) * 7}d`],
];

function durationWords(name: string, value: unknown): string {
  const [, amount = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i.exec(String(value)) ?? [];
  const write = UNITS.find(([pattern]) => pattern.test(unit))?.[1](amount);
  const label = name === "" ? "" : `${name}: `;
  if (write !== undefined && durationMs(write as Duration) !== undefined) return `Write \`${label}${write}\`.`;
  const most = Number(amount || value) > 0 ? " It is `36500d` at most." : "";
  return `Write a duration such as \`${label}90s\`, \`15m\`, \`48h\` or \`3d\`.${most}`;
}

/** Without its `when` the entry would always hold. */
const NEVER = "This entry never matters. Leave this entry out, or write a condition.";

/** What to write instead of a condition that is none; undefined for a text that may be one. */
export function conditionWords(kind: string, value: unknown): string | undefined {
  if (value === false || (typeof value === "string" && /^\s*(no|off|never|n)\s*$/i.test(value)))
    return kind === "when" ? NEVER : `Leave \`${kind}\` out, or write a condition.`;
  if (Array.isArray(value)) return `Write one condition: \`${kind}: args.a > 1 && args.b > 1\`, with \`&&\` for and, \`||\` for or.`;
  if (value === "") return `This is an empty condition. Write \`${kind}: true\`, or a condition.`;
  if (typeof value === "string" && !/^\s*(yes|on|always|y|allow|ask|deny)\s*$/i.test(value)) return undefined;
  return `Write \`${kind}: true\`, or a condition.`;
}

const WORDS = ["allow", "ask", "deny"] as const;

/** What to write instead of a rule, or a default, that is none. */
export function ruleWords(name: string, value: unknown): string {
  const words = orList(WORDS, `${name}: `);
  if (value === null || value === undefined) return `\`${name}\` is empty. Indent its settings deeper than its name, or write ${words}.`;
  return `Write ${words}${name === "default" ? "" : ", or a map with `ask` or `deny`"}.${typeof value === "string" ? didYouMean(value, WORDS) : ""}`;
}

function orList(values: readonly unknown[], label = ""): string {
  const texts = values.map((value) => `\`${label}${String(value)}\``);
  return texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} or ${texts.at(-1)}`;
}

/** What stands at a place of a file; undefined: nothing. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, key) => (typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>)[key] : undefined), value); // prettier-ignore
}

function shown(text: string): string {
  return /^(?=.*[A-Za-z])\w[\w.*-]*$/.test(text) ? text : JSON.stringify(text);
}

export function sentence(message: string): string {
  const text = message.replace(/^Invalid input: /, "");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith(".") ? "" : "."}`;
}

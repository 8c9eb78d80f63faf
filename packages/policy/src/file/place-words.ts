import { conditionWords, ruleWords, sentence, type SchemaIssue } from "./words.ts";
import type { Path } from "./yaml.ts";

/** What to write at a place that has words of its own; undefined: any other place. */
export function placeWords(issue: SchemaIssue, path: Path, value: unknown): string | undefined {
  const [root, name = "", setting = "", ...inner] = path.map(String);
  if (root === "version" && path.length === 1)
    return value === undefined ? "Begin the file with `version: 1`." : "Write `version: 1`. This package reads that version only.";
  if (issue.code === "invalid_value" && root === "default") return ruleWords("default", value);
  if (issue.code === "invalid_union" && root === "tools" && path.length === 2) return ruleWords(name, value);
  if (issue.code === "invalid_union" && path.at(-1) === "quorum") return QUORUM;
  if (issue.code === "invalid_union" && path.at(-1) === "confirm") return CONFIRM;
  if (root === "always") return railWords(issue, setting, value);
  if (root !== "tools") return undefined;
  if (setting === "describe") return descriptionWords(issue, inner, value);
  if (setting !== "ask" && setting !== "deny") return undefined;
  if (inner.length === 0) return isEmptyList(value) ? undefined : (conditionWords(setting, value) ?? sentence(issue.message));
  return typeof path[3] === "number" ? tierWords(issue, inner, value) : undefined;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

const CONFIRM = "`confirm` is a path, or a list of paths: `confirm: args.amount`.";
const QUORUM = "`quorum` is a whole number, or a list of groups: `quorum: [{ roles: [finance], count: 2 }]`.";

function railWords(issue: SchemaIssue, setting: string, value: unknown): string | undefined {
  if (setting === "") return issue.code === "invalid_type" ? RAIL : undefined;
  if (setting === "when") return issue.code === "too_big" ? undefined : (conditionWords("when", value) ?? sentence(issue.message));
  if ((setting !== "deny" && setting !== "ask") || issue.code !== "invalid_value") return undefined;
  const isCondition = typeof value === "string" && conditionWords(setting, value) === undefined;
  return isCondition ? `Write \`${setting}: true\`, and the condition under \`when\`.` : `Write \`${setting}: true\`, or leave it out.`;
}

const RAIL = "A guard rail is a map. Write `- tools: [send_payment]`, and below it `when: …` and `deny: true` or `ask: true`.";

function tierWords({ code, message }: SchemaIssue, [, setting]: readonly string[], value: unknown): string | undefined {
  if (setting === "when" && code !== "too_big") return conditionWords("when", value) ?? sentence(message);
  if (setting !== undefined || code !== "invalid_type") return undefined;
  return typeof value === "string" ? `${conditionWords("ask", [])} For several ways to ask, write a list of \`- when: …\`.` : TIER;
}

const TIER = "A tier is a map. Write `- when: args.amount > 1000`, and its `reason` and `review` below.";

function descriptionWords({ code, expected }: SchemaIssue, [part, index]: readonly string[], value: unknown): string | undefined {
  if (part === undefined) return code === "invalid_type" ? "`describe` is a map. Write `describe: { title: … }`." : undefined;
  if (part === "risk")
    return 'Write `low`, `medium` or `high`, or an expression that gives one of them: `${ args.amount > 1000 ? "high" : "low" }`.';
  const second = part === "facts" ? "value" : "url";
  if (index === undefined && expected === "array") return `\`${part}\` is a list. Write \`- label: …\`, and below it \`${second}: …\`.`;
  return code === "invalid_type" && index !== undefined && typeof value !== "object" && expected === "object"
    ? `Write \`- label: …\`, and below it \`${second}: …\`.`
    : undefined;
}

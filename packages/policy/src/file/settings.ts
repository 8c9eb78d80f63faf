import { didYouMean } from "@countersign/core/policy";
import type { Path } from "./yaml.ts";

/** What each part of a file may hold. */
const SETTINGS: Readonly<Record<Place, readonly string[]>> = {
  file: ["version", "include", "default", "constants", "review", "remember", "always", "tools"],
  rule: ["deny", "ask", "review", "describe", "idempotent", "redact"],
  terms: [
    "roles",
    "reviewers",
    "quorum",
    "fourEyes",
    "confirm",
    "batch",
    "expiresIn",
    "executeWithin",
    "decisions",
    "remind",
    "escalate",
    "remember",
  ],
  group: ["roles", "reviewers", "count"],
  escalate: ["after", "roles"],
  condition: ["when", "reason"],
  tier: ["when", "reason", "review"],
  rail: ["tools", "when", "deny", "ask", "reason", "review"],
  describe: ["title", "facts", "links", "risk"],
  facts: ["label", "value"],
  links: ["label", "url"],
};

type Place = "file" | "rule" | "terms" | "group" | "escalate" | "condition" | "tier" | "rail" | "describe" | "facts" | "links";

const has = (place: Place, key: string): boolean => SETTINGS[place].includes(key);

/** Says where a setting belongs that its place doesn't have, or what it may be a misspelling of. `path` leads to the map that holds it. */
export function unknownSetting(key: string, path: Path): string {
  const place = placeOf(path);
  if (place === "rule" && key === "allow")
    return "A rule allows what neither `deny` nor `ask` holds for. Write the opposite condition under `ask`.";
  if (place === "rail" && key === "allow") return "A guard rail only tightens: it can't allow. Write `allow` as a rule under `tools`.";
  if (place === "condition" && /\W/.test(key)) return `Write the condition without the braces: \`${String(path.at(-1))}: ${key}\`.`;
  if (place === "tier" && key === "deny") return "A tier asks. Write `deny` beside `ask`, as a setting of the tool.";
  if (place === "condition" && key === "review") return "Write `review` beside `ask`, or a list of tiers: `ask: [{ when: …, review: … }]`.";
  if (place === "rule" && has("condition", key)) return `Write ${key} under ask or deny: \`ask: { when: …, reason: … }\`.`;
  if (place === "rule" && has("describe", key)) return `Write ${key} under describe.`;
  if (place === "group" && has("terms", key)) return `Write ${key} under review, beside quorum.`;
  if (place !== "terms" && has("terms", key)) return `Write ${key} under review.`;
  if (place === "terms" && has("rule", key)) return `Write ${key} beside review, as a setting of the tool.`;
  const near = didYouMean(key, SETTINGS[place]);
  return `There is no setting ${key} here.${near || ` There are ${SETTINGS[place].join(", ")}.`}`;
}

export function isRuleSetting(key: string): boolean {
  return has("rule", key);
}

/** What the map is that stands there. */
function placeOf(path: Path): Place {
  const [first, , setting] = path;
  const last = path.at(-1);
  const above = path.at(-2);
  if (path.length === 0) return "file";
  if (first === "tools" && path.length === 2) return "rule";
  if (first === "always" && path.length === 2) return "rail";
  if (first === "tools" && setting === "describe") return above === "facts" || above === "links" ? above : "describe";
  if (first === "tools" && above === "ask" && typeof last === "number") return "tier";
  if (last === "escalate") return "escalate";
  if (above === "quorum") return "group";
  return last === "ask" || last === "deny" ? "condition" : "terms";
}

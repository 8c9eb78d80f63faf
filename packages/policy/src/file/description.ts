import type { Description, JsonObject, PolicyCall } from "@countersign/core";
import type { Template } from "../cel/template.ts";
import type { Problem } from "../problem.ts";
import type { FileDescription, ObjectRule } from "./schema.ts";
import { shownTypes } from "./scope.ts";
import type { Seen, Setting } from "./setting.ts";
import { compileText } from "./texts.ts";
import type { Path } from "./yaml.ts";

export interface CompiledDescription {
  /** Throws where one of its texts can't be made: core leaves the description out, and tells. */
  readonly describe: (call: PolicyCall) => Description;
  readonly history: boolean;
  readonly problems: readonly Problem[];
}

/** What a rule's `describe` makes of a call; undefined: it has none. */
export function compileDescription(setting: Setting, name: string, rule: ObjectRule): CompiledDescription | undefined {
  const given = rule.describe;
  if (!given) return undefined;
  const texts = new Texts(setting, { of: name, args: shownTypes(setting.tools, name, rule.redact), use: "description" });
  const path = ["tools", name, "describe"];
  const title = texts.text([...path, "title"], given.title);
  const facts = given.facts?.map(({ label, value }, index) => ({ label, value: texts.text([...path, "facts", index, "value"], value) }));
  const links = given.links?.map(({ label, url }, index) => ({
    label,
    url: texts.text([...path, "links", index, "url"], url, { isUrl: true }),
  }));
  const risk = texts.text([...path, "risk"], given.risk, { use: "risk" });
  const describe = (call: PolicyCall): Description => ({
    ...(title && { title: title.render(call) }),
    ...(facts && { facts: facts.map(({ label, value }) => ({ label, value: value?.render(call) ?? "" })) }),
    ...(links && { links: links.map(({ label, url }) => ({ label, url: url?.render(call) ?? "" })) }),
    ...(risk && { risk: risk.render(call).trim() as NonNullable<Description["risk"]> }),
  });
  return { describe: Object.assign(describe, printing(given, setting.constants)), history: texts.history, problems: texts.problems };
}

/** A policy's hash is made of what its functions print. */
function printing(given: FileDescription, constants: JsonObject): { readonly toString: () => string } {
  const printed = JSON.stringify({ describe: given, constants });
  return { toString: () => printed };
}

const LINK = "A link begins with `https:`, `http:` or `mailto:`. Write the whole URL.";

/** May a URL begin like this? `isAll`: nothing follows. */
function leadsSomewhere(beginning: string, isAll: boolean): boolean {
  return /^\s*(https?|mailto):/i.test(beginning) && (!isAll || URL.canParse(beginning));
}

class Texts {
  readonly problems: Problem[] = [];
  history = false;
  readonly #setting: Setting;
  readonly #seen: Seen;

  constructor(setting: Setting, seen: Seen) {
    this.#setting = setting;
    this.#seen = seen;
  }

  text(path: Path, given: string | undefined, as: { readonly isUrl?: boolean; readonly use?: Seen["use"] } = {}): Template | undefined {
    if (given === undefined) return undefined;
    const { use = this.#seen.use, isUrl = false } = as;
    const { template, read, problems } = compileText(this.#setting, path, given, { ...this.#seen, use }, { isUrl });
    this.problems.push(...problems);
    const [beginning] = read?.parts ?? [];
    if (isUrl && typeof beginning === "string" && !leadsSomewhere(beginning, read?.parts.length === 1))
      this.problems.push(this.#setting.yaml.problem("error", LINK, path));
    this.history ||= template?.history === true;
    return template;
  }
}

import type { Description, JsonObject, PolicyCall } from "@countersign/core";
import type { Template } from "../cel/template.ts";
import { masked } from "../cel/masked.ts";
import type { Type } from "../cel/type.ts";
import type { Problem } from "../problem.ts";
import type { FileDescription, ObjectRule } from "./schema.ts";
import { argumentTypes } from "./scope.ts";
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
  const texts = new Texts(setting, { of: name, args: describedTypes(setting, name, rule.redact ?? []), use: "description" });
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

/** With masks it sees what the model wrote, masked; without, what conditions see. */
function describedTypes({ tools }: Setting, name: string, redact: readonly string[]): readonly Type[] {
  if (redact.length === 0) return argumentTypes(tools, name);
  const paths = redact.map((path) => path.split(".").slice(1));
  return argumentTypes(tools, name, "input").map((type) => paths.reduce(masked, type));
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
    const { template, problems } = compileText(this.#setting, path, given, { ...this.#seen, use }, { isUrl });
    this.problems.push(...problems);
    this.history ||= template?.history === true;
    return template;
  }
}

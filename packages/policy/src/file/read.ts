import { CountersignError, type Policy, type StandardSchemaV1 } from "@countersign/core";
import { isStandardSchema } from "@countersign/core/policy";
import { createEnvironment } from "../cel/environment.ts";
import { sorted, type Problem } from "../problem.ts";
import { define, type Parts } from "./define.ts";
import type { ReadDocument } from "./document.ts";
import { flat, readLayers, type Layer, type ReadFile } from "./layers.ts";
import { compileRail } from "./rail.ts";
import { maskedReasons } from "./masked-reasons.ts";
import { pointless, replacedDenials, unreachedTiers } from "./reach.ts";
import { compileRule } from "./rule.ts";
import { parsedBy, type ToolSchemas } from "./scope.ts";
import { hasErrors, type Setting } from "./setting.ts";
import { termProblems } from "./terms.ts";
import { readTextFile } from "./text-file.ts";
import { toolProblems, unreachable } from "./tools.ts";

/** What a file is read against. */
export interface ReadOptions {
  readonly tools?: ToolSchemas | undefined;
  readonly context?: StandardSchemaV1 | undefined;
  /** The file's name, for messages and for what it includes. */
  readonly path?: string | undefined;
}

export interface ReadPolicy {
  /** Undefined if one of the problems is an error. */
  readonly policy: Policy | undefined;
  readonly problems: readonly Problem[];
}

/**
 * A file's text, and what it includes, as a policy, with all its problems. Never throws for anything in the texts.
 * @throws SETUP for schemas that are none
 */
export function readPolicy(source: string, { tools, context, path }: ReadOptions, readFile: ReadFile = readTextFile): ReadPolicy {
  if (typeof source !== "string") throw new CountersignError("SETUP", { hint: NO_TEXT });
  for (const [name, schema] of Object.entries({ ...tools, context })) {
    const hint = `${name} is not a Standard Schema. Pass one of zod, valibot or arktype, or fromJsonSchema(…).`;
    if (schema !== undefined && !isStandardSchema(schema)) throw new CountersignError("SETUP", { hint });
  }
  const first = readLayers(source, path, readFile);
  const layers = flat(first);
  const isParsed = parsedBy(layers.map(({ read }) => [...(read?.rules.keys() ?? [])]));
  const environment = createEnvironment();
  const compiled = new Map(
    layers.map((layer) => {
      const { yaml, file, read } = layer;
      const constants = read?.document.constants ?? {};
      const setting: Setting = { yaml, file, environment, constants, tools, context, isParsed };
      return [layer, compileLayer(setting, layer)] as const;
    }),
  );
  const canDefine = ![...compiled.values()].some(({ problems }) => hasErrors(problems));
  const policy = canDefine ? defined(first, compiled) : undefined;
  const problems = layers.flatMap((layer) => sorted(compiled.get(layer)?.problems ?? []));
  return { policy: hasErrors(problems) ? undefined : policy, problems };
}

const NO_TEXT =
  'Pass the text of the policy: loadPolicy(readFileSync("policy.yaml", "utf8")). policyFile("policy.yaml") reads a file itself.';

interface CompiledLayer {
  readonly setting: Setting;
  readonly parts: Parts | undefined;
  readonly problems: Problem[];
}

function compileLayer(setting: Setting, layer: Layer): CompiledLayer {
  const { yaml, tools } = setting;
  const { read } = layer;
  if (!read) return { setting, parts: undefined, problems: [...layer.problems] };
  const { document } = read;
  const rules = [...read.rules].map(([name, rule]) => compileRule(setting, name, rule));
  const rails = [...read.rails].map(([index, rail]) => compileRail(setting, index, rail));
  const problems = [
    ...layer.problems,
    ...toolProblems(yaml, read.rules, tools),
    ...unusedConstants(setting, layer.source, read),
    ...emptyIncludes(setting, layer),
    ...rules.flatMap((rule) => [...rule.problems, ...unreachedTiers(setting, rule)]),
    ...rails.flatMap((rail) => rail.problems),
    ...pointless(setting, rules, rails),
    ...maskedReasons(setting, rules, rails),
    ...replacedDenials(setting, rules, rails),
    ...termProblems(setting, document.review, rules, rails, flat(layer).slice(1).map((each) => each.read?.document.review)), // prettier-ignore
    ...(tools ? unreachable(yaml, read.rules, tools) : []),
  ];
  return { setting, parts: { document, rules, rails }, problems };
}

/** From what is included up: each is a policy of its own. */
function defined(layer: Layer, compiled: ReadonlyMap<Layer, CompiledLayer>): Policy | undefined {
  const include = layer.included.map((each) => defined(each, compiled));
  const { setting, parts, problems } = compiled.get(layer) ?? {};
  if (!setting || !parts || !problems || include.includes(undefined)) return undefined;
  return define(setting, parts, include as Policy[], problems);
}

function unusedConstants({ yaml }: Setting, source: string, { document }: ReadDocument): readonly Problem[] {
  return Object.keys(document.constants ?? {}).flatMap((name) =>
    new RegExp(`\\bconstants\\s*(\\.\\s*${name}\\b|\\[)`).test(source)
      ? []
      : [yaml.keyProblem("warning", `No condition reads constants.${name}. Leave it out, or use it.`, ["constants", name])],
  );
}

/** Files that say nothing that could matter to whoever includes them. */
function emptyIncludes({ yaml }: Setting, { included, read }: Layer): readonly Problem[] {
  // Where one can't be read, the others have other places.
  if (included.length !== read?.document.include?.length) return [];
  return included.flatMap((layer, index) => {
    if (!layer.read) return [];
    const { document, rules, rails } = layer.read;
    const { version: _, constants: __, ...says } = document;
    if (Object.keys(says).length > 0 || rules.size > 0 || rails.size > 0) return [];
    const words = `${layer.file} has no rule, no guard rail and no terms${document.constants ? ", and its constants are its own" : ""}. Leave it out.`;
    return [yaml.problem("warning", words, ["include", index])];
  });
}

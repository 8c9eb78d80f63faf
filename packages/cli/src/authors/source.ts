import type { Policy, StandardSchemaV1 } from "@countersign/core";
import type * as Authoring from "@countersign/policy";
import type { Problem, ToolSchemas } from "@countersign/policy";
import { contextIn, loadModule, policyIn, toolsIn } from "../settings/module.ts";
import { fileText } from "../settings/values.ts";

/** Loaded by the commands that need it: reading conditions takes more code than all the rest. */
export const authoring = (): Promise<typeof Authoring> => import("@countersign/policy");

/** A policy stands in a YAML or JSON file, or in a module that exports it. */
function isFile(path: string): boolean {
  return /\.(ya?ml|json)$/i.test(path);
}

/** @param tools a module that exports the tools with their schemas @throws POLICY_INVALID, Failure */
export async function loadPolicyAt(path: string, tools?: string): Promise<Policy> {
  if (!isFile(path)) return policyIn(await loadModule(path), path);
  const { loadPolicy } = await authoring();
  return loadPolicy<ToolSchemas, StandardSchemaV1>(fileText(path), { path, ...(await schemas(tools)) });
}

/** What lint says of a policy file. A module is checked by the compiler and by its loading. */
export async function problemsAt(path: string, tools?: string): Promise<readonly Problem[]> {
  if (isFile(path)) return (await authoring()).lint(fileText(path), { path, ...(await schemas(tools)) });
  await loadPolicyAt(path);
  return [];
}

export async function toolsAt(module: string): Promise<ToolSchemas> {
  return toolsIn(await loadModule(module), module);
}

interface Schemas {
  readonly tools?: ToolSchemas;
  readonly context?: StandardSchemaV1;
}

async function schemas(path: string | undefined): Promise<Schemas> {
  if (path === undefined) return {};
  const module = await loadModule(path);
  const context = contextIn(module);
  return { tools: toolsIn(module, path), ...(context && { context }) };
}

export const POLICY = ["<policy>", "a policy file (YAML, JSON), or a JavaScript or TypeScript module that exports a policy"] as const;
export const TOOLS = [
  "--tools <module>",
  "a module that exports tools: their schemas by name, or a list of tools; perhaps also context, its schema",
] as const;

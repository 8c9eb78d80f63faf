import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AgentRunner, Policy, StandardSchemaV1 } from "@countersign/core";
import { isStandardSchema, policyInternals } from "@countersign/core/policy";
import type { ToolSchemas } from "@countersign/policy";
import { usage } from "../failure.ts";

/** What an application's own module exports, by name. */
export type Exports = Readonly<Record<string, unknown>>;

/** @throws Failure for a module that isn't there or can't be loaded */
export async function loadModule(path: string): Promise<Exports> {
  const file = resolve(path);
  if (!existsSync(file)) throw usage(`There is no file ${path}.`);
  try {
    return (await import(pathToFileURL(file).href)) as Exports;
  } catch (error) {
    throw usage(`${path} can't be loaded: ${error instanceof Error ? error.message : String(error)}${adviceFor(error, file)}`);
  }
}

function adviceFor(error: unknown, file: string): string {
  const isUnknown = error instanceof Error && "code" in error && error.code === "ERR_UNKNOWN_FILE_EXTENSION";
  if (!isUnknown || !/\.[cm]?ts$/.test(file)) return "";
  return ". Node 22.18 and newer read TypeScript. For an older one, set NODE_OPTIONS=--experimental-strip-types, or compile the module";
}

/** The runners among the exports, also within a list. */
export function runnersIn(exports: Exports): readonly AgentRunner[] {
  return [...new Set(Object.values(exports).flat())].filter(isRunner);
}

function isRunner(value: unknown): value is AgentRunner {
  return isObject(value) && typeof value["name"] === "string" && isObject(value["gate"]) && typeof value["resumeStream"] === "function";
}

/** @throws Failure unless there is exactly one */
export function policyIn(exports: Exports, path: string): Policy {
  const found = [...new Set(Object.values(exports))].filter(
    (value): value is Policy => isObject(value) && !!policyInternals(value as never),
  );
  const [policy] = found;
  if (policy && found.length === 1) return policy;
  throw usage(
    `${path} exports ${found.length === 0 ? "no policy" : "several policies"}. Export one: export const policy = definePolicy({ … }).`,
  );
}

/** The export `tools`: a schema by tool, or a list of tools that have a name and a schema. @throws Failure */
export function toolsIn(exports: Exports, path: string): ToolSchemas {
  const { tools } = exports;
  if (Array.isArray(tools) && tools.every((tool) => isObject(tool) && typeof tool["name"] === "string"))
    return Object.fromEntries(
      tools.map((tool: Exports) => [String(tool["name"]), isStandardSchema(tool["schema"]) ? tool["schema"] : undefined]),
    );
  if (isObject(tools) && Object.values(tools).every((schema) => schema === undefined || isStandardSchema(schema)))
    return tools as ToolSchemas;
  throw usage(
    `${path} exports no tools. Export them: export const tools = { send_payment: schema }, with undefined for a tool without a schema, or a list of tools.`,
  );
}

/** The export `context`: the schema of what the application knows about a conversation. Undefined: there is none. */
export function contextIn({ context }: Exports): StandardSchemaV1 | undefined {
  return isStandardSchema(context) ? context : undefined;
}

function isObject(value: unknown): value is Exports {
  return typeof value === "object" && value !== null;
}

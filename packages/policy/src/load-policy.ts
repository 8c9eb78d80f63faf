import type { JsonObject, Policy, StandardSchemaV1 } from "@countersign/core";
import { demandOptions } from "@countersign/core/policy";
import { readPolicy } from "./file/read.ts";
import type { ToolSchemas } from "./file/scope.ts";
import { invalidPolicy } from "./problem.ts";

type Out<S> = S extends StandardSchemaV1<unknown, infer O> ? O : JsonObject;
type In<S> = S extends StandardSchemaV1<infer I, unknown> ? I : JsonObject;

/** A policy whose calls are typed by the tools' schemas. */
export type FilePolicy<T, C> = Policy<{ [K in keyof T]: { in: In<T[K]>; out: Out<T[K]> } }, ContextOf<C>>;
type ContextOf<C> = [C] extends [never] ? unknown : C extends StandardSchemaV1 ? Out<C> : unknown;

export interface PolicyOptions<T = ToolSchemas, C = StandardSchemaV1 | undefined> {
  /**
   * Every tool that the file is for, by its name or `namespace/name`, with the Standard Schema of its arguments
   * (undefined: it has none). Names that are not among them are then errors, and conditions are checked against the schemas.
   */
  readonly tools?: T & ToolSchemas;
  /** A Standard Schema of what the application knows about a conversation; `start` then demands it. */
  readonly context?: C & StandardSchemaV1;
  /** Where the text comes from: for messages, and because it includes other files relative to itself. */
  readonly path?: string | undefined;
}

/**
 * The policy that a file describes: YAML or JSON, conditions in CEL, the same semantics as `definePolicy`.
 * @example
 * const policy = loadPolicy(readFileSync("policy.yaml", "utf8"), { tools: { send_payment: SendPayment, read_report: undefined } });
 * @throws POLICY_INVALID with the line and column of the first mistake, `details.problems` has them all; SETUP for a schema
 * that is none, and for an option that there isn't
 */
export function loadPolicy<T = {}, C = undefined>(source: string, options: PolicyOptions<T, C> = {}): FilePolicy<T, C> {
  demandOptions(options, ["tools", "context", "path"], "loadPolicy(text, { tools })");
  const { policy, problems } = readPolicy(source, options);
  if (!policy) throw invalidPolicy(problems, options.path);
  return policy as FilePolicy<T, C>;
}

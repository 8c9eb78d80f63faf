import type { CelEnv, CelFunc, CelType } from "@bufbuild/cel";
import { listOf, mapOf, scalarType, show, type Alternative, type Type } from "./type.ts";

export function isKnownFunction(environment: CelEnv, name: string): boolean {
  return environment.funcs.find(name) !== undefined;
}

/** What a function gives for what it is given; undefined: it never takes that. */
export function functionType(environment: CelEnv, name: string, target: Type | undefined, args: readonly Type[]): Type | undefined {
  const results = [...(environment.funcs.find(name) ?? [])]
    .filter((overload) => takes(overload, target, args))
    .map(({ result }) => fromCelType(result));
  const [first, ...others] = results;
  if (first === undefined) return undefined;
  const different = others.some((other) => show(other) !== show(first));
  if (!different) return first;
  return results.includes("any") ? "any" : results.flatMap((result) => (result === "any" ? [] : result));
}

function takes(overload: CelFunc, target: Type | undefined, args: readonly Type[]): boolean {
  if ((overload.target === undefined) !== (target === undefined) || overload.arguments.length !== args.length) return false;
  if (overload.target && target && !fits(target, overload.target)) return false;
  return overload.arguments.every((wanted, index) => fits(args[index] ?? "any", wanted));
}

function fits(type: Type, wanted: CelType): boolean {
  return type === "any" || type.some((alternative) => alternativeFits(alternative, wanted));
}

function alternativeFits(alternative: Alternative, wanted: CelType): boolean {
  if (wanted.name === "dyn") return true;
  return alternative.kind === "scalar" ? alternative.name === wanted.name : alternative.kind === wanted.kind;
}

function fromCelType(type: CelType): Type {
  if (type.name === "dyn") return "any";
  if (type.kind === "list") return listOf("any");
  return type.kind === "map" ? mapOf({}, "any") : scalarType(type.name);
}

/** Why a function doesn't take what it is given, for people. */
export function wordsOf(name: string, target: Type | undefined, args: readonly Type[]): string {
  const operator = /^_?([^_a-z@]+)_$/.exec(name)?.[1];
  const given = args.map(show);
  if (operator === "%") return `% takes ints, and numbers of JSON are doubles. Write int(…) around ${given.join(" and ")}.`;
  if (operator) return `${operator} doesn't take ${given.join(" and ")}.`;
  return `${name} doesn't take ${[...(target ? [show(target)] : []), ...given].join(", ") || "nothing"}.`;
}

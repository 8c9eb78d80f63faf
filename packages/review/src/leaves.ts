import { MASK, type ArgsPath } from "@countersign/core";

/** A value that isn't made of others, or the key of one. */
export interface Leaf {
  readonly path: ArgsPath;
  readonly value: unknown;
}

/** Core signs nothing deeper. */
const DEEPEST = 600;

/** Every value of the arguments that isn't made of others, in their order. Masks stand for what nobody sees here. */
export function leavesOf(args: unknown): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const walk = (value: unknown, path: ArgsPath): void => {
    if (typeof value !== "object" || value === null) {
      if (value !== MASK && value !== undefined) leaves.push({ path, value });
      return;
    }
    if (path.length > DEEPEST) return;
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index]);
    else for (const [key, member] of Object.entries(value)) walk(member, [...path, key]);
  };
  walk(args, []);
  return leaves;
}

/** The names of members, each where it stands first. */
export function keysIn(args: unknown): readonly Leaf[] {
  const keys = new Map<string, Leaf>();
  const walk = (value: unknown, path: ArgsPath): void => {
    if (typeof value !== "object" || value === null || path.length > DEEPEST) return;
    if (Array.isArray(value)) for (const [index, item] of value.entries()) walk(item, [...path, index]);
    else
      for (const [key, member] of Object.entries(value)) {
        if (!keys.has(key)) keys.set(key, { path: [...path, key], value: key });
        walk(member, [...path, key]);
      }
  };
  walk(args, []);
  return [...keys.values()];
}

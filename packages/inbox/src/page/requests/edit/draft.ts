import { isObject, Typed, withValue, type JsonObject, type Path } from "./entered.ts";

/** An edit that nobody has signed yet, and which arguments it was made of. */
export interface Draft {
  readonly digest: string;
  readonly base: JsonObject;
  readonly tree: unknown;
  readonly comment: string;
}

interface Written {
  readonly digest: string;
  readonly base: JsonObject;
  readonly comment: string;
  /** Without what was typed and may be no value yet. */
  readonly json: unknown;
  readonly typed: readonly { readonly path: Path; readonly kind: Typed["kind"]; readonly text: string }[];
}

/** A draft is somebody's own: the next one who signs in here sees none of it. It lasts as long as the tab. */
export function draftKey(owner: string, id: string): string {
  return `countersign.edit.${owner}.${id}`;
}

/** @returns false if the browser keeps nothing: it may be full, or told not to */
export function keepDraft(key: string, { digest, base, tree, comment }: Draft, storage: Storage = sessionStorage): boolean {
  const typed: Written["typed"][number][] = [];
  const json = without(tree, [], typed);
  try {
    storage.setItem(key, JSON.stringify({ digest, base, comment, json, typed } satisfies Written));
    return true;
  } catch {
    return false;
  }
}

export function readDraft(key: string, storage: Storage = sessionStorage): Draft | undefined {
  try {
    const text = storage.getItem(key);
    if (text === null) return undefined;
    const { digest, base, comment, json, typed } = JSON.parse(text) as Written;
    const tree = typed.reduce<unknown>((at, { path, kind, text: own }) => withValue(at, path, new Typed(kind, own)), json);
    return { digest, base, comment, tree };
  } catch {
    return undefined;
  }
}

export function dropDraft(key: string, storage: Storage = sessionStorage): void {
  try {
    storage.removeItem(key);
  } catch {
    // There is none then.
  }
}

function without(tree: unknown, path: Path, typed: Written["typed"][number][]): unknown {
  if (tree instanceof Typed) {
    typed.push({ path, kind: tree.kind, text: tree.text });
    return null;
  }
  if (Array.isArray(tree)) return tree.map((item: unknown, index) => without(item, [...path, index], typed));
  if (!isObject(tree)) return tree;
  return Object.fromEntries(Object.entries(tree).map(([key, member]) => [key, without(member, [...path, key], typed)]));
}

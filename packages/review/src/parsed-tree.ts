import type { ArgsPath, ParsedArgs } from "@countersign/core";

type Key = string | number;
type Made = ParsedArgs["sets"][number];
type Parsed = Pick<ParsedArgs, "sets" | "atRunTime">;

/** What the tool's schema makes of the arguments, by place. */
export class ParsedTree {
  readonly #members = new Map<Key, ParsedTree>();
  set: Made | undefined;
  isAtRunTime = false;

  /** Undefined: it leaves them as they are. */
  static of({ sets, atRunTime }: Parsed = { sets: [], atRunTime: [] }): ParsedTree | undefined {
    if (sets.length + atRunTime.length === 0) return undefined;
    const tree = new ParsedTree();
    for (const set of sets) tree.#place(set.path).set = set;
    for (const path of atRunTime) tree.#place(path).isAtRunTime = true;
    return tree;
  }

  get keys(): readonly Key[] {
    return [...this.#members.keys()];
  }

  at(key: Key): ParsedTree | undefined {
    return this.#members.get(key);
  }

  /** What is made of its members alone. */
  below(): ParsedTree {
    const tree = new ParsedTree();
    for (const [key, member] of this.#members) tree.#members.set(key, member);
    return tree;
  }

  #place(path: ArgsPath): ParsedTree {
    return path.reduce<ParsedTree>((found, key) => {
      const next = found.#members.get(key) ?? new ParsedTree();
      found.#members.set(key, next);
      return next;
    }, this);
  }
}

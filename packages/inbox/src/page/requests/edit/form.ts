import { batch, signal, type ReadonlySignal } from "@preact/signals";
import { ABSENT, isObject, isSame, Typed, valueAt, withValue, type JsonObject, type Path } from "./entered.ts";
import { finished, type Problem } from "./finished.ts";
import { jsonText } from "./json-text.ts";
import { ofWay, startingValue } from "./starting-value.ts";
import { membersOf, type Schema } from "./schema.ts";

/**
 * Arguments on their way to others. They are one tree: what nobody has changed is the very value that was proposed, and no
 * field can alter it by showing it.
 */
export interface Form {
  /** The schema of all arguments; undefined: there is none. */
  readonly schema: Schema | undefined;
  /** What it was made of. */
  readonly base: ReadonlySignal<JsonObject>;
  readonly tree: ReadonlySignal<unknown>;
  readonly isChanged: ReadonlySignal<boolean>;
  /** What is wrong, as it was found when it was checked last. */
  readonly problems: ReadonlySignal<readonly Problem[]>;
  set(path: Path, value: unknown): void;
  /** Of a list: its items move, so that nothing below it is where it was. */
  setItems(path: Path, items: readonly unknown[]): void;
  /** Leaves a member out. */
  leaveOut(path: Path): void;
  /** Puts a member there, with what it had before it was left out. */
  add(path: Path, schema: unknown): void;
  setNull(path: Path): void;
  unsetNull(path: Path, schema: unknown): void;
  chosenWay(path: Path): number | undefined;
  chooseWay(path: Path, from: number, to: number, schema: Schema): void;
  /** The value that was proposed. */
  putBack(path: Path): void;
  /** All as one JSON text, and back. */
  switchToJson(): void;
  /** Why there is no way back now: the text isn't JSON. */
  whyNoForm(): string | undefined;
  switchToForm(): void;
  /** Other arguments have been proposed meanwhile. What was entered stays, unless it is replaced. */
  startFrom(base: JsonObject, tree?: unknown): void;
  complain(problems: readonly Problem[]): void;
}

export function createForm(schema: Schema | undefined, args: JsonObject, entered: unknown = args): Form {
  const base = signal(args);
  const tree = signal(schema ? entered : asJson(entered));
  const isChanged = signal(isOther(args, entered));
  const problems = signal<readonly Problem[]>([]);
  const chosen = new Map<string, number>();
  /** What a value was before something else took its place: nothing that was typed is lost. */
  const kept = new Map<string, unknown>();
  let switched: { readonly json: Typed; readonly before: unknown } | undefined;

  function replace(path: Path, value: unknown): void {
    batch(() => {
      tree.value = withValue(tree.peek(), path, value);
      isChanged.value = isOther(base.peek(), tree.peek());
      problems.value = problems.peek().filter((problem) => !isWithin(problem.path, path));
    });
  }

  function exchange(path: Path, from: string, to: string, fresh: () => unknown): void {
    const key = keyOf(path);
    kept.set(`${key}${from}`, valueAt(tree.peek(), path));
    const before = kept.has(`${key}${to}`) ? kept.get(`${key}${to}`) : ABSENT;
    replace(path, before === ABSENT ? fresh() : before);
  }

  function proposed(path: Path, schemaThere: unknown): unknown {
    const value = valueAt(base.peek(), path);
    return value === ABSENT || value === null ? startingValue(schemaThere, schema) : value;
  }

  return {
    schema,
    base,
    tree,
    isChanged,
    problems,
    set: replace,
    setItems(path, items) {
      const prefix = keyOf(path).slice(0, -1);
      for (const map of [chosen, kept]) for (const key of map.keys()) if (key.startsWith(prefix)) map.delete(key);
      replace(path, items);
    },
    leaveOut: (path) => exchange(path, "value", "absent", () => ABSENT),
    add: (path, schemaThere) => exchange(path, "absent", "value", () => proposed(path, schemaThere)),
    setNull: (path) => exchange(path, "value", "null", () => null),
    unsetNull: (path, schemaThere) => exchange(path, "null", "value", () => proposed(path, schemaThere)),
    chosenWay: (path) => chosen.get(keyOf(path)),
    chooseWay(path, from, to, way) {
      const before = valueAt(tree.peek(), path);
      chosen.set(keyOf(path), to);
      exchange(path, `way${from}`, `way${to}`, () => carried(before, way, ofWay(way, schema)));
    },
    putBack: (path) => replace(path, valueAt(base.peek(), path)),
    switchToJson() {
      const before = tree.peek();
      const json = asJson(before);
      switched = { json, before };
      replace([], json);
    },
    whyNoForm() {
      const done = finished(tree.value);
      return isSame(tree.value, switched?.json) || "args" in done ? undefined : done.problems[0]?.message;
    },
    switchToForm() {
      const done = finished(tree.peek());
      // A number that was half typed isn't JSON, and is there again.
      if (switched && isSame(tree.peek(), switched.json)) replace([], switched.before);
      else if ("args" in done) replace([], done.args);
    },
    startFrom(next, entering) {
      base.value = next;
      replace([], entering === undefined ? tree.peek() : tree.peek() instanceof Typed ? asJson(entering) : entering);
      problems.value = [];
    },
    complain(found) {
      problems.value = found;
    },
  };
}

/** The same for every way to write one path. */
export function keyOf(path: Path): string {
  return JSON.stringify(path.map(String));
}

export function isWithin(path: Path, place: Path): boolean {
  return place.length <= path.length && place.every((key, index) => String(key) === String(path[index]));
}

function asJson(tree: unknown): Typed {
  return tree instanceof Typed ? tree : new Typed("json", jsonText(tree));
}

function isOther(base: JsonObject, tree: unknown): boolean {
  const done = finished(tree);
  return !("args" in done && isSame(done.args, base));
}

/** Of two groups, what both know. */
function carried(before: unknown, way: Schema, fresh: unknown): unknown {
  if (!isObject(before) || !isObject(fresh)) return fresh;
  const known = membersOf(way);
  const shared = Object.entries(before).filter(([key, value]) => {
    const schema = Object.hasOwn(known, key) ? known[key] : undefined;
    return isObject(schema) && !("const" in schema) && !(value instanceof Typed);
  });
  return Object.fromEntries([...Object.entries(fresh), ...shared]);
}

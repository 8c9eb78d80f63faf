import {
  celEnv,
  celFunc,
  celList,
  CelScalar,
  listType,
  mapType,
  type CelEnv,
  type CelFunc,
  type CelList,
  type CelMap,
  type CelValue,
} from "@bufbuild/cel";
import { RE2JS } from "@bufbuild/re2";
import { timeFunctions } from "./time.ts";

/** Functions that only {@link lower} calls: no expression can spell them. */
export const HAS = "@has";
export const NEW_LIST = "@list";
export const APPEND = "@append";

const { BOOL, DOUBLE, DYN, INT, STRING } = CelScalar;
const MAP = mapType(DYN, DYN);
const LIST = listType(DYN);

/** The standard functions of CEL, and these. Regular expressions are RE2: linear time, each compiled once. */
export function createEnvironment(): CelEnv {
  const patterns = new Map<string, RE2JS>();
  const compile = (pattern: string): RE2JS => {
    const known = patterns.get(pattern);
    if (known) return known;
    const compiled = RE2JS.compile(pattern);
    patterns.set(pattern, compiled);
    return compiled;
  };
  return celEnv({ funcs: [...arithmetic, ...timeFunctions, ...presence(), ...accumulation()], re2: { compile } });
}

/** JSON has no integers, so `args.amount * 2` has to mean what it says. (CEL alone only compares doubles with ints.) */
const arithmetic: readonly CelFunc[] = (
  [
    ["_+_", (a, b) => a + b],
    ["_-_", (a, b) => a - b],
    ["_*_", (a, b) => a * b],
    ["_/_", (a, b) => a / b],
  ] as readonly [string, (a: number, b: number) => number][]
).flatMap(([name, apply]) => [
  celFunc(name, [DOUBLE, INT], DOUBLE, (a, b) => apply(a, Number(b))),
  celFunc(name, [INT, DOUBLE], DOUBLE, (a, b) => apply(Number(a), b)),
]);

/** A field that is null is there, and only a map has fields: the library says otherwise. */
function presence(): readonly CelFunc[] {
  const has = (map: CelMap, key: CelValue): boolean => map.get(key as string) !== undefined;
  return [
    celFunc(HAS, [MAP, STRING], BOOL, has),
    ...[STRING, DOUBLE, INT, BOOL].map((key) => celFunc("@in", [key, MAP], BOOL, (value: CelValue, map: CelMap) => has(map, value))),
  ];
}

/** What `map` and `filter` gather. The library's own concatenation takes quadratic time, and one level of stack an element. */
function accumulation(): readonly CelFunc[] {
  const growing = new WeakMap<CelList, CelValue[]>();
  return [
    celFunc(NEW_LIST, [], LIST, () => {
      const elements: CelValue[] = [];
      const list = celList(elements);
      growing.set(list, elements);
      return list;
    }),
    celFunc(APPEND, [LIST, DYN], LIST, (list, value) => {
      growing.get(list)?.push(value);
      return list;
    }),
  ];
}

/** Why a text is no regular expression; undefined: it is one. */
export function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, "");
  }
}

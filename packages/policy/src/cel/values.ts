import { celList, celMap, isCelList, isCelMap, isCelUint, type CelInput, type CelList, type CelValue } from "@bufbuild/cel";
import { toJson } from "@bufbuild/protobuf";
import { isReflectMessage } from "@bufbuild/protobuf/reflect";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { LIMITS } from "../limits.ts";

const CHARACTERS = 8;

/** Counts what one evaluation looks at: it is renewed for the next one. */
export class Budget {
  #left: number = LIMITS.elements;

  renew(): void {
    this.#left = LIMITS.elements;
  }

  spend(elements: number): void {
    this.#left -= elements;
    if (this.#left < 0) throw new Error(`it looks at more than ${LIMITS.elements} elements`);
  }
}

/**
 * A value of the application for CEL: numbers are doubles, objects are maps of their own keys, dates are timestamps.
 * Of an object, only what an expression looks at is converted.
 * @throws for what CEL has no value for: functions, symbols, class instances
 */
export function toCel(value: unknown, budget: Budget): CelInput {
  switch (typeof value) {
    case "string":
      budget.spend(value.length / CHARACTERS);
      return value;
    case "number":
    case "boolean":
    case "bigint":
      return value;
    case "undefined":
      return null;
    case "object":
      if (value === null) return null;
      if (Array.isArray(value)) return listOf(value, budget);
      if (value instanceof Date) return timestampFromDate(value);
      if (isPlain(value)) return celMap(new Fields(value, budget));
      break;
    default:
  }
  throw new TypeError(`an expression can't look at this ${typeof value}`);
}

function listOf(values: readonly unknown[], budget: Budget): CelList {
  budget.spend(values.length);
  return celList(values.map((value) => toCel(value, budget)));
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** An object's own fields as the map that CEL reads. A field that is undefined isn't there. */
class Fields implements ReadonlyMap<string, CelInput> {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #budget: Budget;

  constructor(object: Readonly<Record<string, unknown>>, budget: Budget) {
    this.#object = object;
    this.#budget = budget;
  }

  get(key: string): CelInput | undefined {
    if (!Object.hasOwn(this.#object, key)) return undefined;
    const value = this.#object[key];
    return value === undefined ? undefined : toCel(value, this.#budget);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#object, key) && this.#object[key] !== undefined;
  }

  get size(): number {
    return this.#names().length;
  }

  keys(): MapIterator<string> {
    return this.#names().values();
  }

  *entries(): MapIterator<[string, CelInput]> {
    for (const key of this.#names()) yield [key, toCel(this.#object[key], this.#budget)];
  }

  *values(): MapIterator<CelInput> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries();
  }

  forEach(visit: (value: CelInput, key: string, map: ReadonlyMap<string, CelInput>) => void): void {
    for (const [key, value] of this.entries()) visit(value, key, this);
  }

  #names(): string[] {
    const names = Object.keys(this.#object).filter((key) => this.#object[key] !== undefined);
    this.#budget.spend(names.length);
    return names;
  }
}

/** A CEL value for people to read: what JSON can say, and texts for the rest. */
export function fromCel(value: CelValue): unknown {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value !== "object" || value === null) return value;
  if (isCelList(value)) return Array.from(value, fromCel);
  if (isCelMap(value)) return Object.fromEntries(Array.from(value, ([key, entry]) => [keyText(key), fromCel(entry)]));
  if (isCelUint(value)) return fromCel(value.value);
  return isReflectMessage(value) ? toJson(value.desc, value.message) : value.toString();
}

function keyText(key: CelValue): string {
  return isCelUint(key) ? key.value.toString() : `${key as string | bigint | boolean}`;
}

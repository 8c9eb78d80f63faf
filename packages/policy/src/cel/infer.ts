import type { CelEnv } from "@bufbuild/cel";
import { didYouMean } from "@countersign/core/policy";
import { functionType, isKnownFunction, wordsOf } from "./functions.ts";
import { nameOf, textOf, type Call, type Expr, type Expression, type Fault } from "./expression.ts";
import { factOf } from "./lower.ts";
import { absentWords, unguardedReads, whenTrue, type Reading, type Use } from "./presence.ts";
import { celName } from "./slips.ts";
import { textFaults } from "./texts.ts";
import { BOOL, canBe, canEqual, DOUBLE, INT, isOnly, join, listOf, mapOf, notACondition, notARisk, notPrintable, NULL, oneOf, scalarType, show, STRING, TYPE, type Type } from "./type.ts"; // prettier-ignore

/** What the names in an expression stand for. */
export type Scope = ReadonlyMap<string, Type>;

const TYPE_NAMES: ReadonlySet<string> = new Set(["int", "uint", "double", "bool", "string", "bytes", "list", "map", "null_type", "type"]);

/**
 * Everything in a condition that can't be, given what its names stand for: unknown names and fields, comparisons that never
 * hold, functions that don't exist or don't take what they are given. Empty: it can be evaluated, for some calls at least.
 */
export function faultsIn(expression: Expression, environment: CelEnv, scope: Scope, { use, behind }: Reading): readonly Fault[] {
  const inference = new Inference(expression, environment);
  const type = inference.typeOf(expression.expr, scope);
  if (inference.faults.length > 0) return inference.faults;
  const wrong = use === "condition" ? notACondition(type) : use === "risk" ? notARisk(type) : notPrintable(type);
  if (wrong !== undefined) return [{ severity: "error", message: wrong, offset: 0 }];
  return inference.unguarded(use, behind);
}

const HISTORY: Readonly<Partial<Record<string, string>>> = {
  count: 'Write history.count("tool"), with the tool as a text.',
  sum: 'Write history.sum("args.amount", "tool"), with both as texts.',
};
const HISTORY_HAS = 'Write history.count("tool"), or history.sum("args.amount", "tool").';

class Inference {
  readonly faults: Fault[] = [];
  /** Fields that may be absent. */
  readonly #optional = new Set<Expr>();
  readonly #expression: Expression;
  readonly #environment: CelEnv;

  constructor(expression: Expression, environment: CelEnv) {
    this.#expression = expression;
    this.#environment = environment;
  }

  typeOf(expr: Expr, scope: Scope): Type {
    const { exprKind } = expr;
    switch (exprKind.case) {
      case "constExpr":
        return this.#constant(expr);
      case "identExpr":
        return this.#name(expr, exprKind.value.name, scope);
      case "selectExpr": {
        const { operand, field, testOnly } = exprKind.value;
        if (!operand) return "any";
        const type = this.#select(expr, this.typeOf(operand, scope), field);
        return testOnly ? BOOL : type;
      }
      case "listExpr":
        return listOf(join(...exprKind.value.elements.map((element) => this.typeOf(element, scope))));
      case "structExpr":
        return this.#map(expr, scope);
      case "comprehensionExpr":
        return this.#fold(expr, scope);
      case "callExpr":
        return this.#call(expr, exprKind.value, scope);
      default:
        return this.#fault(expr, "This can't be used here.");
    }
  }

  #constant({ exprKind }: Expr): Type {
    if (exprKind.case !== "constExpr") return "any";
    const { constantKind } = exprKind.value;
    switch (constantKind.case) {
      case "stringValue":
        return oneOf([constantKind.value]);
      case "int64Value":
        return INT;
      case "uint64Value":
        return scalarType("uint");
      case "doubleValue":
        return DOUBLE;
      case "boolValue":
        return BOOL;
      case "nullValue":
        return NULL;
      default:
        return scalarType("bytes");
    }
  }

  #name(expr: Expr, name: string, scope: Scope): Type {
    const type = scope.get(name);
    if (type) return type;
    if (TYPE_NAMES.has(name)) return TYPE;
    if (name === "history") return this.#fault(expr, HISTORY_HAS);
    return this.#fault(expr, `There is no ${name} here.${celName(name) || meantName(name, scope)}`);
  }

  #select(expr: Expr, type: Type, field: string): Type {
    if (type === "any") return "any";
    const maps = type.filter(({ kind }) => kind === "map");
    const found = maps.flatMap((map) => (map.kind === "map" ? [map.fields.get(field) ?? map.rest ?? []] : []));
    const names = maps.flatMap((map) => (map.kind === "map" ? [...map.fields.keys()] : []));
    const known = maps.some((map) => map.kind === "map" && (map.fields.has(field) || map.rest !== undefined));
    if (maps.length === 0) return this.#fault(expr, `${capital(show(type))} has no field ${field}.`);
    if (!known) return this.#fault(expr, `There is no field ${field}.${didYouMean(field, names)}`);
    if (!names.includes(field) && names.length > 0)
      this.#fault(expr, `The schema doesn't name the field ${field}.${didYouMean(field, names)}`, "warning");
    const isNamed = names.includes(field);
    if (maps.some((map) => map.kind === "map" && (map.optional?.has(field) || (isNamed && !map.fields.has(field)))))
      this.#optional.add(expr);
    return join(...found);
  }

  /** What may be absent and is read as if it were there. `behind`: what holds where it is read. */
  unguarded(use: Use, behind: Expr | undefined): readonly Fault[] {
    if (this.#optional.size === 0) return [];
    const told = new Set<string>();
    return unguardedReads(this.#expression.expr, behind && whenTrue(behind)).flatMap((read) => {
      const message = absentWords(read, use);
      if (!this.#optional.has(read) || told.has(message)) return [];
      told.add(message);
      return [{ severity: "warning", message, offset: this.#expression.offsetOf(read) }];
    });
  }

  #map(expr: Expr, scope: Scope): Type {
    if (expr.exprKind.case !== "structExpr") return "any";
    const { messageName, entries } = expr.exprKind.value;
    if (messageName !== "") return this.#fault(expr, `There is no type ${messageName} here.`);
    const fields = new Map<string, Type>();
    for (const { keyKind, value } of entries) {
      const type = value ? this.typeOf(value, scope) : "any";
      if (keyKind.case !== "mapKey") continue;
      this.typeOf(keyKind.value, scope);
      const key = textOf(keyKind.value);
      if (key === undefined) return mapOf({}, "any");
      fields.set(key, type);
    }
    return mapOf(fields);
  }

  #fold(expr: Expr, scope: Scope): Type {
    if (expr.exprKind.case !== "comprehensionExpr") return "any";
    const { accuVar, accuInit, iterVar, iterRange, loopStep, result } = expr.exprKind.value;
    if (!accuInit || !iterRange || !loopStep || !result) return "any";
    const range = this.typeOf(iterRange, scope);
    const element = this.#elementOf(iterRange, range);
    const start = this.typeOf(accuInit, scope);
    const step = this.typeOf(loopStep, new Map([...scope, [iterVar, element], [accuVar, start]]));
    return this.typeOf(result, new Map([...scope, [accuVar, join(start, step)]]));
  }

  /** What a loop over it sees. */
  #elementOf(expr: Expr, type: Type): Type {
    if (type === "any") return "any";
    const elements = type.flatMap((one) => (one.kind === "list" ? [one.element] : one.kind === "map" ? [STRING] : []));
    return elements.length > 0 ? join(...elements) : this.#fault(expr, `${capital(show(type))} has no elements.`);
  }

  #call(expr: Expr, { function: name, target, args }: Call, scope: Scope): Type {
    if (target && nameOf(target) === "history" && !scope.has("history")) return this.#history(expr, name);
    const types = args.map((argument) => this.typeOf(argument, scope));
    const on = target && this.typeOf(target, scope);
    const [a = "any", b = "any", c = "any"] = types;
    switch (name) {
      case "_&&_":
      case "_||_":
        for (const [index, type] of types.entries()) this.#mustBeBool(args[index] ?? expr, type);
        return BOOL;
      case "!_":
        this.#mustBeBool(args[0] ?? expr, a);
        return BOOL;
      case "@not_strictly_false":
        return BOOL;
      case "_?_:_":
        this.#mustBeBool(args[0] ?? expr, a);
        return join(b, c);
      case "_==_":
      case "_!=_":
        if (!canEqual(a, b)) this.#fault(expr, `These are never equal: ${show(a)} and ${show(b)}.`);
        return BOOL;
      case "@in":
        return this.#in(expr, a, b);
      case "_[_]":
        return this.#index(expr, a, b, args[1]);
      case "_+_":
        if (isOnly(a, "list") && isOnly(b, "list")) return listOf(join(this.#elementOf(expr, a), this.#elementOf(expr, b)));
        break;
    }
    for (const message of textFaults(name, types, target !== undefined)) this.#fault(args.at(-1) ?? expr, message);
    if (!isKnownFunction(this.#environment, name)) return this.#fault(expr, `There is no function ${name}.${celName(name)}`);
    const result = functionType(this.#environment, name, on, types);
    return result ?? this.#fault(expr, wordsOf(name, on, types));
  }

  #history(expr: Expr, name: string): Type {
    const fact = factOf(expr);
    if (!fact) return this.#fault(expr, HISTORY[name] ?? HISTORY_HAS);
    return fact.kind === "count" ? INT : DOUBLE;
  }

  #in(expr: Expr, value: Type, container: Type): Type {
    if (value === "any" || container === "any") return BOOL;
    const inside = container.flatMap((one) => (one.kind === "list" ? [one.element] : one.kind === "map" ? [STRING] : []));
    if (inside.length === 0) this.#fault(expr, `${capital(show(container))} has no elements.`);
    else if (!inside.some((element) => canEqual(value, element)))
      this.#fault(expr, `This is never true: ${show(value)} in a list of ${inside.map(show).join(" or ")}.`);
    return BOOL;
  }

  #index(expr: Expr, container: Type, index: Type, written: Expr | undefined): Type {
    if (container === "any") return "any";
    const key = written && textOf(written);
    if (key !== undefined && container.some(({ kind }) => kind === "map")) return this.#select(expr, container, key);
    const elements = container.flatMap((one) => {
      if (one.kind === "list" && (canBe(index, "int") || canBe(index, "double") || canBe(index, "uint"))) return [one.element];
      return one.kind === "map" && canBe(index, "string") ? [...one.fields.values(), ...(one.rest ? [one.rest] : [])] : [];
    });
    return elements.length > 0 ? join(...elements) : this.#fault(expr, `${capital(show(container))} has no element by ${show(index)}.`);
  }

  #mustBeBool(expr: Expr, type: Type): void {
    if (!canBe(type, "bool")) this.#fault(expr, `This is ${show(type)}. Write something that is true or false.`);
  }

  #fault(expr: Expr, message: string, severity: Fault["severity"] = "error"): Type {
    this.faults.push({ severity, message, offset: this.#expression.offsetOf(expr) });
    return "any";
  }
}

/** A misspelt name, an argument without `args.`, or a text without quotes. */
function meantName(name: string, scope: Scope): string {
  const args = scope.get("args") ?? "any";
  const isArgument = args !== "any" && args.some((type) => type.kind === "map" && type.fields.has(name));
  return isArgument
    ? ` Did you mean args.${name}?`
    : didYouMean(name, scope.keys()) || ` Write args.${name} for an argument, "${name}" for a text.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

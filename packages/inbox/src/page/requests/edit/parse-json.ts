import { exactnessMistake } from "./parse-number.ts";

/** Counted from 1. */
export interface JsonMistake {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The server takes nothing deeper. */
const DEEPEST = 100;

class Mistake extends Error {
  readonly at: number;

  constructor(at: number, message: string) {
    super(message);
    this.at = at;
  }
}

/**
 * JSON that says one thing to everybody who reads it, or the first thing that keeps it from that. The browser's own parser
 * passes over names that stand twice and digits that it can't keep, and not every browser says where a mistake is.
 */
export function parseJson(text: string): { readonly value: unknown } | JsonMistake {
  try {
    return { value: new Reader(text).read() };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const before = text.slice(0, error.at).split(/\r\n|[\r\n]/);
    return { message: error.message, line: before.length, column: Array.from(before.at(-1) ?? "").length + 1 };
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value(0);
    if (this.#next() !== "") this.#fail("there is something behind the end");
    return value;
  }

  #value(depth: number): unknown {
    const next = this.#next();
    if (depth > DEEPEST) this.#fail(`it is nested deeper than ${DEEPEST}`);
    if (next === "{") return this.#object(depth);
    if (next === "[") return this.#list(depth);
    if (next === '"') return this.#string();
    if (next === "-" || /\d/.test(next)) return this.#number();
    for (const [word, value] of [
      ["true", true],
      ["false", false],
      ["null", null],
    ] as const) {
      if (this.#match(/[a-z]+/y, false) === word) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#fail(next === "" ? "a value is missing" : next === "}" || next === "]" || next === "," ? "a value is missing here" : 'this is no value. Texts stand between "quotes"'); // prettier-ignore
  }

  #object(depth: number): unknown {
    const members = new Map<string, unknown>();
    this.#at += 1;
    if (this.#next() === "}") return this.#ended({});
    for (;;) {
      if (this.#next() !== '"') this.#fail('a name between "quotes" is missing');
      const from = this.#at;
      const name = this.#string();
      if (members.has(name)) throw new Mistake(from, "this name stands twice in one object");
      if (this.#next() !== ":") this.#fail("a colon is missing");
      this.#at += 1;
      members.set(name, this.#value(depth + 1));
      const next = this.#next();
      if (next === "}") return this.#ended(Object.fromEntries(members));
      if (next !== ",") this.#fail("a comma or } is missing");
      this.#at += 1;
    }
  }

  #list(depth: number): unknown {
    const items: unknown[] = [];
    this.#at += 1;
    if (this.#next() === "]") return this.#ended(items);
    for (;;) {
      items.push(this.#value(depth + 1));
      const next = this.#next();
      if (next === "]") return this.#ended(items);
      if (next !== ",") this.#fail("a comma or ] is missing");
      this.#at += 1;
    }
  }

  #string(): string {
    const from = this.#at;
    let at = from + 1;
    for (; this.#text[at] !== '"'; at++) {
      const character = this.#text.charAt(at);
      if (character === "") throw new Mistake(from, "this text has no end: a quote is missing");
      if (character < " ") throw new Mistake(at, "a line break or control character in a text is written as \\n or \\u000a");
      if (character !== "\\") continue;
      if (!/^\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/.test(this.#text.slice(at, at + 6))) throw new Mistake(at, "after a backslash JSON knows only \" \\ / b f n r t u"); // prettier-ignore
      at += 1;
    }
    this.#at = at + 1;
    return JSON.parse(this.#text.slice(from, this.#at)) as string;
  }

  #number(): number {
    const from = this.#at;
    const text = this.#match(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y) ?? this.#fail("this is no number");
    if (/[\w.]/.test(this.#text.charAt(this.#at))) throw new Mistake(from, "this is no number as JSON writes it");
    const value = Number(text);
    const mistake = exactnessMistake(text, value);
    if (mistake !== undefined) throw new Mistake(from, mistake);
    return value === 0 ? 0 : value;
  }

  /** The next character that isn't space; empty at the end. */
  #next(): string {
    this.#match(/[ \t\n\r]*/y);
    return this.#text.charAt(this.#at);
  }

  #match(pattern: RegExp, isTaken = true): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined && isTaken) this.#at += found.length;
    return found;
  }

  #ended<T>(value: T): T {
    this.#at += 1;
    return value;
  }

  #fail(message: string): never {
    throw new Mistake(this.#at, message);
  }
}

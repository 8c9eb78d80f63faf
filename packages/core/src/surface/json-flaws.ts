import type { ArgsPath } from "../contract/parsed.ts";

const DEEPEST = 100;

/** Something in a JSON text that can't be kept as it is written. */
export interface JsonFlaw {
  readonly path: ArgsPath;
  readonly message: string;
}

/** An object or a list that is open. */
interface Open {
  /** Of an object, the names so far. */
  readonly names: Set<string> | undefined;
  /** Where in it we are. */
  key: string | number;
}

/**
 * What `JSON.parse` passes over in text that it takes: a name that stands twice, a number that it changes. It stops at the first few.
 * @param numberFlaw why a number, as it is written, can't be taken. Undefined: it can
 */
export function jsonFlaws(text: string, numberFlaw: (number: string) => string | undefined): readonly JsonFlaw[] {
  const flaws: JsonFlaw[] = [];
  const open: Open[] = [];
  const note = (message: string): number => flaws.push({ path: open.map(({ key }) => key), message });

  for (let at = 0; at < text.length && flaws.length < 5; at++) {
    const top = open.at(-1);
    const character = text.charAt(at);
    if (character === "{" || character === "[") {
      open.push({ names: character === "{" ? new Set() : undefined, key: character === "{" ? "" : 0 });
      if (open.length > DEEPEST) {
        // The whole path would be a hundred names that say nothing.
        return [{ path: [], message: `it is nested deeper than ${DEEPEST}` }];
      }
    } else if (character === "}" || character === "]") {
      open.pop();
    } else if (character === "," && top && typeof top.key === "number") {
      top.key += 1;
    } else if (character === '"') {
      const end = endOfText(text, at);
      if (top?.names && isName(text, end)) {
        top.key = nameIn(text.slice(at, end));
        if (top.names.has(top.key)) note("this name stands twice in one object");
        if (top.key === "__proto__") note("this name is not taken");
        top.names.add(top.key);
      }
      at = end - 1;
    } else if (character === "-" || isDigit(character)) {
      const end = endOfNumber(text, at);
      const flaw = numberFlaw(text.slice(at, end));
      if (flaw !== undefined) note(flaw);
      at = end - 1;
    }
  }
  return flaws;
}

/** After the closing quote. */
function endOfText(text: string, from: number): number {
  let at = from + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at + 1;
}

function nameIn(quoted: string): string {
  return quoted.includes("\\") ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}

/** In JSON only a name comes before a colon. */
function isName(text: string, from: number): boolean {
  let at = from;
  while (text[at] === " " || text[at] === "\n" || text[at] === "\r" || text[at] === "\t") at++;
  return text[at] === ":";
}

function endOfNumber(text: string, from: number): number {
  let at = from + 1;
  while (isDigit(text.charAt(at)) || "+-.eE".includes(text.charAt(at) || " ")) at++;
  return at;
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

import type { Issue } from "@countersign/core";
import { HttpError } from "./problem.ts";

const DEEPEST = 100;

/**
 * JSON that says one thing to everybody who reads it. Parsers differ on a name that stands twice and on numbers that a double
 * can't hold, so that a person could be shown something else than what is signed.
 * @throws HttpError BAD_BODY with `details.issues` by path
 */
export function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) throw bad([{ path: [], message: "there is no body" }]);
  const text = decoded(bytes);
  // The engine's own parser needs no stack: any depth is read.
  const value = parsed(text);
  const issues = flaws(text);
  if (issues.length > 0) throw bad(issues);
  return value;
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw bad([{ path: [], message: "it isn't UTF-8" }]);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // Its message quotes what is there: the caller sent it.
    throw bad([{ path: [], message: error instanceof Error ? error.message : "it isn't JSON" }]);
  }
}

function bad(issues: readonly Issue[]): HttpError {
  const words = issues.map(({ path, message }) => (path.length > 0 ? `${path.map(String).join(".")}: ${message}` : message));
  return new HttpError("BAD_BODY", {
    detail: `The body can't be taken: ${words.join("; ")}.`,
    details: { issues: issues.map(({ path, message }) => ({ path: ["body", ...path], message })) },
  });
}

/** An object or a list that is open. */
interface Open {
  /** Of an object, the names so far. */
  readonly names: Set<string> | undefined;
  /** Where in it we are. */
  key: string | number;
}

/** What `JSON.parse` passes over in text that it takes. It stops at the first few. */
function flaws(text: string): readonly Issue[] {
  const issues: Issue[] = [];
  const open: Open[] = [];
  const note = (message: string): number => issues.push({ path: open.map(({ key }) => key), message });

  for (let at = 0; at < text.length && issues.length < 5; at++) {
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
      if (!isExact(text.slice(at, end))) note("a number this large is not kept exactly: send it as text");
      at = end - 1;
    }
  }
  return issues;
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

/** Fractions are always rounded, and everybody rounds them alike. */
function isExact(number: string): boolean {
  return /[.eE]/.test(number) ? Number.isFinite(Number(number)) : Number.isSafeInteger(Number(number));
}

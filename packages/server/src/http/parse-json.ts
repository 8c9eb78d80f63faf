import type { Issue } from "@countersign/core";
import { jsonFlaws } from "@countersign/core/surface";
import { HttpError } from "./problem.ts";

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
  const issues = jsonFlaws(text, numberFlaw);
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

/** Fractions are always rounded, and everybody rounds them alike. */
function numberFlaw(number: string): string | undefined {
  const isExact = /[.eE]/.test(number) ? Number.isFinite(Number(number)) : Number.isSafeInteger(Number(number));
  return isExact ? undefined : "a number this large is not kept exactly: send it as text";
}

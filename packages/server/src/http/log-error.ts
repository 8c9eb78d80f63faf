import { isCountersignError } from "@countersign/core";
import type { OnError } from "./answer-problem.ts";

/**
 * One line on standard error. The message of an error that isn't Countersign's may quote what nobody should keep (a connection
 * string, arguments): its name and the place where it was thrown stand for it.
 */
export const logError: OnError = (error, { requestId }) => {
  // oxlint-disable-next-line no-console -- the one place where people look who have not passed an `onError`
  console.error(`countersign: request ${requestId} failed: ${inOneLine(described(error))}`);
};

function described(error: unknown): string {
  if (isCountersignError(error)) return error.code === "STORE_UNAVAILABLE" ? error.code : `${error.code}: ${error.message}`;
  if (!(error instanceof Error)) return `something was thrown that is no error (${typeof error})`;
  const place = /^\s+at .*$/m.exec(error.stack ?? "")?.[0].trim() ?? "at an unknown place";
  return `${error.name} ${place}. Pass createServer({ onError }) to see all of it`;
}

/** A name that somebody chose can't write lines of its own into the log. */
function inOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

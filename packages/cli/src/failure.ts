import { isCountersignError, type CountersignError, type ErrorCode } from "@countersign/core";
import { visible } from "@countersign/review";
import { CommanderError } from "commander";
import { EXIT, type ExitCode } from "./exit.ts";
import { wrongCall } from "./wrong-call.ts";

/** A command ends here, and says why and what to do. */
export class Failure extends Error {
  readonly exit: ExitCode;
  readonly code: ErrorCode | "CLI";
  readonly details: unknown;

  /** @param told what a program reads of it */
  constructor(exit: ExitCode, message: string, told: { readonly code?: ErrorCode; readonly details?: unknown } = {}) {
    super(message);
    this.exit = exit;
    this.code = told.code ?? "CLI";
    this.details = told.details;
  }
}

/** A file that was named and can't be read. `what`: what it should be. */
export function unread(path: string, error: unknown, what = "file"): Failure {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return usage(`There is no ${what} ${path}.`);
  if (code === "EISDIR") return usage(`${path} is a folder. Name a file.`);
  if (code === "EACCES") return usage(`You may not read ${path}.`);
  return usage(`${path} can't be read: ${error instanceof Error ? error.message : String(error)}.`);
}

export function usage(message: string): Failure {
  return new Failure(EXIT.usage, message);
}

/** What a person reads of an error, and what a program does. `code`: of Countersign, or `CLI`. */
export interface Explained {
  readonly exit: ExitCode;
  readonly code: ErrorCode | "CLI" | "BUG";
  /** Safe to show. A line break in it is ours. */
  readonly message: string;
  readonly details: unknown;
}

export function explained(error: unknown): Explained {
  if (error instanceof Failure) {
    const { exit, code, details } = error;
    return { exit, code, message: visible(error.message), details };
  }
  if (error instanceof CommanderError) return { exit: EXIT.usage, code: "CLI", message: visible(wrongCall(error)), details: undefined };
  if (isCountersignError(error)) {
    const { code, details } = error;
    return { exit: EXITS[code] ?? EXIT.refused, code, message: shown(error), details };
  }
  const what = error instanceof Error ? error.message : String(error);
  const message = `This should not have happened: ${visible(what)} Please report it, with what COUNTERSIGN_DEBUG=1 prints.`;
  return { exit: EXIT.bug, code: "BUG", message, details: undefined };
}

function adviceOn(error: CountersignError): string {
  if (!isCountersignError(error, "NOT_CONFIRMED")) return ADVICE[error.code] ?? "";
  const { paths, valueless } = error.details;
  return valueless.length > 0 ? "" : `Here that is ${paths.map((path) => `--confirm ${path}=<value>`).join(" ")}.`;
}

/** Of a policy file each mistake is a line. Any other line break is of a value. */
function shown(error: CountersignError): string {
  const message = `${error.message} ${adviceOn(error)}`.trim();
  const lines = isCountersignError(error, "POLICY_INVALID") && error.details.problems ? message.split("\n") : [message];
  return lines.map(visible).join("\n");
}

const EXITS: Partial<Record<ErrorCode, ExitCode>> = {
  AUDIT_BROKEN: EXIT.no,
  POLICY_INVALID: EXIT.no,
  INVALID_ARGS: EXIT.usage,
  NOT_JSON: EXIT.usage,
  SETUP: EXIT.usage,
  STORE_UNAVAILABLE: EXIT.store,
  STORE_INCOMPATIBLE: EXIT.store,
  TIMEOUT: EXIT.timeout,
};

/** What to do, where the message itself knows nothing of commands. */
const ADVICE: Partial<Record<ErrorCode, string>> = {
  REQUEST_NOT_FOUND: "countersign list --status all lists them.",
  FREEZE_NOT_FOUND: "countersign freezes lists them.",
  GRANT_NOT_FOUND: "countersign grants lists them.",
  ARGS_CHANGED: "countersign show prints the request as it is now.",
  NOT_AUTHORIZED: "Ask somebody who may, or set the roles that you have: COUNTERSIGN_ROLES.",
  EXECUTION_UNKNOWN: "countersign settle does that.",
  CONFLICT: "countersign show prints where the request stands.",
};

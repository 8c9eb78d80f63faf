import { closeSync, constants, fstatSync, openSync, readFileSync, type BigIntStats } from "node:fs";
import { LIMITS } from "../limits.ts";

/** A file as it was found. */
export interface FoundFile {
  /** Undefined: it can't be read, and `problem` says why. */
  readonly text: string | undefined;
  readonly problem: string | undefined;
  /** Which file it was, in which state. */
  readonly signature: string;
}

/** The text of a file of at most 1 MB. Never throws. */
export function readTextFile(path: string): FoundFile {
  let handle: number | undefined;
  let signature = MISSING;
  const refused = (problem: string): FoundFile => ({ text: undefined, problem, signature });
  try {
    // Without waiting for whoever might write into a pipe of that name.
    handle = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const found = fstatSync(handle, { bigint: true });
    // Before reading: what is written meanwhile makes it another file.
    signature = signatureOf(found);
    if (!found.isFile()) return refused("This is not a file. Give the path of a YAML or JSON file.");
    if (found.size > LIMITS.fileBytes) return refused(`The file has ${found.size} bytes. It may have ${LIMITS.fileBytes}.`);
    const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(handle));
    return { text, problem: undefined, signature };
  } catch (error) {
    return refused(wordsFor(error as NodeJS.ErrnoException));
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function wordsFor({ code, message }: NodeJS.ErrnoException): string {
  if (code === "ERR_ENCODING_INVALID_ENCODED_DATA") return "Save the file as UTF-8.";
  if (code === "ENOENT") return "There is no such file.";
  return code === "EACCES" || code === "EPERM" ? "This process may not read the file." : `The file can't be read: ${message}.`;
}

/** The signature of a file that isn't there. */
export const MISSING = "missing";

export function signatureOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
}

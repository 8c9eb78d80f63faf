import { accessSync, constants, existsSync, statSync, type Stats } from "node:fs";
import { dirname, resolve } from "node:path";

/** Is it the path of a file, rather than a store in memory or an address that SQLite reads itself? */
export function isOnDisk(path: string): boolean {
  return path !== "" && path !== ":memory:" && !path.startsWith("file:");
}

/** Which file is at this place: the same for all its names, and never that of another one while it is open. Undefined: none. */
export function fileAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

/** Why no store can be opened here, and what to do; undefined: the place is right. SQLite says no more than that it can't. */
export function whyNot(path: string): string | undefined {
  if (!isOnDisk(path)) return undefined;
  const file = resolve(path);
  const folder = dirname(file);
  if (!existsSync(folder)) return `there is no folder ${folder}. Make it first`;
  if (lookedAt(folder)?.isFile()) return `${folder} is a file. Name a folder for the store`;
  const found = lookedAt(file);
  if (found?.isDirectory()) return `${file} is a folder. Name a file in it, such as ${file}/countersign.db`;
  if (found && !may(file, constants.R_OK)) return `this process may not read ${file}. Give its user the right to read and write the file`;
  if (found && !may(file, constants.W_OK))
    return `this process may not write ${file}. Give its user the right, or use a disk that can be written`;
  if (!may(folder, constants.W_OK | constants.X_OK))
    return `this process may not write in the folder ${folder}, where SQLite keeps files beside the store. Give its user the right, or use a disk that can be written`;
  return undefined;
}

/** Undefined also for what can't be looked at: the error that is being explained stays the one that is thrown. */
function lookedAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

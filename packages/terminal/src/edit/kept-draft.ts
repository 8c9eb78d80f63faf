import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { ApprovalRequest } from "@countersign/core";

/** Those of this process that somebody edits now. */
const open = new Set<string>();

/**
 * A text in a file that its owner alone can read. It outlives the process: whoever edits the request again is offered it.
 */
export class KeptDraft {
  readonly path: string;
  readonly #request: string;

  private constructor(path: string, request: string) {
    this.path = path;
    this.#request = request;
    open.add(path);
  }

  /** The first text of a new file. */
  static begin({ id }: ApprovalRequest, text: string): KeptDraft {
    const folder = privateFolder();
    for (let count = 1; ; count++) {
      const path = join(folder, `${id}-${process.pid}-${count}.yaml`);
      try {
        writeFileSync(path, text, { mode: 0o600, flag: "wx" });
        return new KeptDraft(path, id);
      } catch (error) {
        if (!isCode(error, "EEXIST")) throw error;
      }
    }
  }

  /** The latest that was left behind for this request, whatever was proposed then. `at`: Unix ms. */
  static left({ id }: ApprovalRequest): { readonly at: number; take(): KeptDraft } | undefined {
    const found = draftsOf(id).map((path) => ({ path, at: statSync(path).mtimeMs }));
    const latest = found.sort((a, b) => b.at - a.at)[0];
    return latest && { at: latest.at, take: () => new KeptDraft(latest.path, id) };
  }

  /** @throws ENOENT if whoever edits it has removed it */
  read(): Uint8Array {
    chmodSync(this.path, 0o600);
    return readFileSync(this.path);
  }

  write(text: string): void {
    writeFileSync(this.path, text, { mode: 0o600 });
  }

  /** It stays, for another time. Answers where, in words. */
  leave(): string {
    open.delete(this.path);
    const isFound = dirname(this.path) === stateFolder();
    return `Your text is kept in ${this.path}.${isFound ? " The next edit of this request goes on with it." : ""}`;
  }

  remove(): undefined {
    open.delete(this.path);
    rmSync(this.path, { force: true, recursive: true });
  }

  /** The request was signed: nothing that was left behind for it is of use. */
  signed(): void {
    this.remove();
    for (const path of draftsOf(this.#request)) rmSync(path, { force: true });
  }
}

/** But for those that are being edited, here or in another process. */
function draftsOf(id: string): readonly string[] {
  const folder = stateFolder();
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(`${id}-`) && name.endsWith(".yaml"))
      .map((name) => join(folder, name))
      .filter((path) => !open.has(path) && !isOfAnother(path));
  } catch {
    return [];
  }
}

function isOfAnother(path: string): boolean {
  const pid = Number(/-(\d+)-\d+\.yaml$/.exec(path)?.[1]);
  if (!Number.isSafeInteger(pid) || pid === process.pid) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isCode(error, "EPERM");
  }
}

const stateFolder = (): string => join(process.env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "countersign", "edits");

/** Where the home can't be written, a folder that is found again by its path alone. */
function privateFolder(): string {
  const folder = stateFolder();
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    return folder;
  } catch {
    return mkdtempSync(join(tmpdir(), "countersign-"));
  }
}

export function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

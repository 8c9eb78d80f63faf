import { spawn } from "node:child_process";
import { once } from "node:events";
import { statSync } from "node:fs";

/** What came of an editor: it ended well, or not, and what to do about that. */
export type Ended = { readonly type: "closed" } | { readonly type: "failed"; readonly problem: string };

/** Opens the file in the editor of `VISUAL` or `EDITOR`, else vi, and waits until it was closed. */
export async function openEditor(path: string): Promise<Ended> {
  const editor = process.env["VISUAL"] || process.env["EDITOR"] || "vi";
  const { command, args, shell } = commandFor(editor, path);
  // Ctrl-C is the editor's: without a listener it would end this process as well.
  const ignore = (): void => {};
  process.on("SIGINT", ignore);
  try {
    const child = spawn(command, args, { shell, stdio: ["inherit", process.stderr, "inherit"] });
    const [status, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    if (status === 0) return { type: "closed" };
    if (status === 127 || status === 126) return { type: "failed", problem: notThere(editor) };
    return { type: "failed", problem: `The editor ${editor} ended with ${signal ?? status}, which says that the edit is given up.` };
  } catch {
    return { type: "failed", problem: notThere(editor) };
  } finally {
    process.off("SIGINT", ignore);
  }
}

function notThere(editor: string): string {
  return `The editor ${editor} can't be started. Set VISUAL or EDITOR to one that is here, such as EDITOR=nano.`;
}

interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly shell: boolean;
}

/** A path is a path, whatever blanks it has. Else it is read by the shell, as git does: the editor may have options. */
function commandFor(editor: string, path: string): Command {
  if (isFile(editor)) return { command: editor, args: [path], shell: false };
  if (process.platform === "win32") return { command: `${editor} "${path}"`, args: [], shell: true };
  return { command: "sh", args: ["-c", `${editor} "$@"`, editor, path], shell: false };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@countersign/core";
import { visibleJson } from "@countersign/core/terminal";
import { usage } from "../failure.ts";

/**
 * What somebody makes of a text in their own editor. The file is readable by them alone, and gone afterwards.
 * @throws Failure if there is no editor, or it failed
 */
export function edited(text: string): string {
  const editor = process.env["VISUAL"] || process.env["EDITOR"] || "vi";
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  const file = join(folder, "arguments.json");
  try {
    writeFileSync(file, text, { mode: 0o600 });
    // Through the shell, as git does: EDITOR may have options of its own.
    const { error, status } = spawnSync(`${editor} "${file}"`, { shell: true, stdio: ["inherit", process.stderr, "inherit"] });
    if (error || status !== 0) throw usage(`The editor "${editor}" failed. Set EDITOR to one that works here. Nothing was changed.`);
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Arguments as they are edited: hidden characters are escapes, which JSON reads back as what they are. */
export function draftOf(args: JsonObject): string {
  return `${visibleJson(args)}\n`;
}

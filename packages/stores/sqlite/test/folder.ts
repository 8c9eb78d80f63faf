import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty folder for the running test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "countersign-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Every file in it with a hash of what it holds. */
export function contents(path: string): readonly string[] {
  return readdirSync(path).map(
    (name) =>
      `${name} ${createHash("sha256")
        .update(readFileSync(join(path, name)))
        .digest("hex")}`,
  );
}

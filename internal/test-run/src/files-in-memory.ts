import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";

const MEMORY = "/dev/shm";
/** Bytes. A container may have less there than a few databases take. */
const ENOUGH = 1 << 29;

/**
 * Until the end of this test file, temporary folders are made in memory, where the machine has a place for that. SQLite
 * waits for the disk with every commit, and for nothing that these tests are about: what a killed process has written is
 * there in memory as well. Not for files that something executes: many machines forbid it there.
 */
export function filesInMemory(): void {
  if (!hasRoom()) return;
  const folder = mkdtempSync(join(MEMORY, "countersign-"));
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  afterAll(() => {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
    // Processes that were ended a moment ago may still have files open.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
}

function hasRoom(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize >= ENOUGH;
  } catch {
    return false;
  }
}

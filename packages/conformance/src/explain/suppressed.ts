import { cutLines } from "./brief.ts";
import type { Section } from "./section.ts";
import { traced } from "./traced.ts";

const LINES = 6;

interface Parted {
  /** What the case failed on. */
  readonly error: unknown;
  /** What went wrong when its store was closed after that. */
  readonly atClose: readonly Section[];
}

/** A SuppressedError has no message, and hides the first of two errors behind the second. By its name: an older Node has no such class. */
export function unsuppressed(error: unknown): Parted {
  if (!(error instanceof Error && error.name === "SuppressedError" && "suppressed" in error)) return { error, atClose: [] };
  const first = unsuppressed(error.suppressed);
  const second = unsuppressed("error" in error ? error.error : undefined);
  const lines = cutLines(traced(second.error).join("\n"), LINES);
  return { error: first.error, atClose: [...first.atClose, { heading: "What was wrong at close, after that", lines }, ...second.atClose] };
}

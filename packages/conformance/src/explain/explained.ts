import { AssertionError } from "node:assert/strict";
import type { Section } from "./section.ts";

/** A failure that knows more than its sentence. */
export class Explained extends AssertionError {
  readonly sections: readonly Section[];

  constructor(message: string, sections: readonly Section[], cause?: Error) {
    super({ message });
    this.name = "Explained";
    this.sections = sections;
    // The lines of the case are found by where it failed, not by where that was told.
    if (cause?.stack !== undefined) this.stack = cause.stack;
  }
}

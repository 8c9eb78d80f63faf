import type { Path } from "./entered.ts";
import { keyOf, type Form } from "./form.ts";

/** Where a value is entered. */
export interface Place {
  readonly form: Form;
  readonly path: Path;
  readonly schema: unknown;
  /** Safe to draw. */
  readonly label: string;
  /** Its key, where the label is a title. */
  readonly name?: string | undefined;
  readonly depth: number;
  /** May it be left out? */
  readonly isOptional: boolean;
  /** Is what was proposed in this place the same value? Items of a list may have moved. */
  readonly isComparable: boolean;
  /** Its place says what it is: it is an item of a list, or all of the arguments. */
  readonly isPlaced?: boolean | undefined;
  /** The schema doesn't say what it is. */
  readonly isUnknown?: boolean | undefined;
  /** It can be read, and not be changed any more. */
  readonly isLocked: boolean;
  /** Before the ids of all fields of this form. */
  readonly prefix: string;
}

/** The id of the field of a value. Any key fits in. */
export function idOf(prefix: string, path: Path): string {
  return `${prefix}${encodeURIComponent(keyOf(path))}`;
}

/** Leads to a value's field, or to the nearest thing around it. */
export function focusOn(prefix: string, path: Path): void {
  for (let length = path.length; length >= 0; length--) {
    const field = document.getElementById(idOf(prefix, path.slice(0, length)));
    if (!field) continue;
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
    return;
  }
}

import type { ComponentChildren, ComponentType } from "preact";
import { Button } from "../../../look/button.tsx";
import { Field, type FieldControl } from "../../../look/field.tsx";
import { ABSENT, isSame, Typed, valueAt } from "../entered.ts";
import type { Field as Shown } from "../field-of.ts";
import { readTyped } from "../finished.ts";
import { isWithin } from "../form.ts";
import { hintOf } from "../hint-of.ts";
import { idOf, type Place } from "../place.ts";
import { valueWords } from "../value-words.ts";
import styles from "./frame.module.css";
import { WayChoice } from "./way-choice.tsx";

/** A value that is entered. */
export interface FieldPart {
  readonly place: Place;
  readonly field: Shown;
  readonly value: unknown;
  /** Draws a value within this one. */
  readonly Inner: ComponentType<{ readonly place: Place }>;
}

type ValuePart = Omit<FieldPart, "Inner">;

interface FrameProps extends ValuePart {
  readonly hint?: ComponentChildren;
  readonly beside?: ComponentChildren;
  readonly isGroup?: boolean;
  /** Of a group or list: what is wrong in here is said in here, unless one of these keys has a field of its own. */
  readonly shownKeys?: ReadonlySet<string>;
  readonly children: (control: FieldControl) => ComponentChildren;
}

/** What is around the control of every value: its name, what may be done with it, what was changed, and what is wrong. */
export function Frame({ place, field, value, hint, beside, isGroup = false, shownKeys, children }: FrameProps) {
  const { form, path, label, name, isUnknown } = place;
  const said = form.problems.value
    .filter((problem) => isWithin(problem.path, path) && shownKeys?.has(String(problem.path[path.length])) !== true)
    .map(({ message }) => message);
  const error = [...new Set([...mistakeIn(value), ...said])].join(" ");
  const asked = hintOf(field.schema);
  return (
    <Field
      id={idOf(place.prefix, path)}
      isGroup={isGroup}
      isLabelHidden={place.isPlaced === true}
      label={
        <>
          <span data-value>{label}</span> {name !== undefined && <code class={styles["name"]}>{name}</code>}
        </>
      }
      help={isUnknown ? "The tool's schema doesn't know this one. It is sent as it is." : field.help}
      hint={
        (asked !== "" || hint !== undefined) && (
          <>
            {asked} {hint}
          </>
        )
      }
      error={error}
      beside={
        <>
          <Was place={place} value={value} />
          {beside}
          <Tools place={place} field={field} value={value} />
        </>
      }
    >
      {(control) => (
        <>
          <WayChoice place={place} field={field} />
          {children(control)}
        </>
      )}
    </Field>
  );
}

/** What is certain without the server: that a text isn't a number, or JSON. Nothing is said before anything is typed. */
function mistakeIn(value: unknown): readonly string[] {
  if (!(value instanceof Typed) || value.text.trim() === "") return [];
  const read = readTyped(value);
  return "message" in read ? [read.message] : [];
}

function Tools({ place: { form, path, label, isOptional, isLocked }, field, value }: ValuePart) {
  if (isLocked) return null;
  return (
    <>
      {field.isNullable && value !== null && (
        <Button look="quiet" aria-label={`No value: ${label}`} onPress={() => form.setNull(path)}>
          No value
        </Button>
      )}
      {isOptional && (
        <Button look="quiet" aria-label={`Leave out: ${label}`} onPress={() => form.leaveOut(path)}>
          Leave out
        </Button>
      )}
    </>
  );
}

/** That it was changed, from what, and the way back. */
export function Was({ place: { form, path, label, isComparable, isLocked }, value }: Pick<FieldPart, "place" | "value">) {
  if (!isComparable || path.length === 0) return null;
  const before = valueAt(form.base.value, path);
  const read = value instanceof Typed ? readTyped(value) : { value };
  const isPart = typeof before === "object" && before !== null && typeof value === "object" && value !== null && !(value instanceof Typed);
  // The parts of a group or list say for themselves what was changed.
  const isChanged = isPart
    ? Array.isArray(before) !== Array.isArray(value) || (Array.isArray(value) && Array.isArray(before) && value.length !== before.length)
    : !("value" in read && isSame(read.value, before));
  if (!isChanged) return null;
  return (
    <span class={styles["was"]}>
      <span class={styles["changed"]}>{before === ABSENT ? "Added" : "Changed"}</span>
      {before !== ABSENT && (
        <span>
          was <span data-value>{typeof before === "string" && before !== "" ? `“${valueWords(before)}”` : valueWords(before)}</span>
        </span>
      )}
      {before !== ABSENT && !isLocked && (
        <Button look="quiet" aria-label={`Put back: ${label}`} onPress={() => form.putBack(path)}>
          Put back
        </Button>
      )}
    </span>
  );
}

import { useSignal } from "@preact/signals";
import { visible } from "@countersign/review";
import { Button } from "../../../look/button.tsx";
import { Field } from "../../../look/field.tsx";
import { ABSENT, valueAt } from "../entered.ts";
import { fieldOf } from "../field-of.ts";
import { startingValue } from "../starting-value.ts";
import { isRequired, membersOf, otherMembers, resolved, textOf, type Schema } from "../schema.ts";
import type { Place } from "../place.ts";
import { Frame, type FieldPart } from "./frame.tsx";
import styles from "./frame.module.css";

/** So many are drawn at first, and with each press on the button for more. */
const STEP = 100;

/** The members of an object: those that its schema names in its order, then the others. */
export function GroupField(part: FieldPart) {
  const { place, field, value, Inner } = part;
  const shown = useSignal(STEP);
  const keys = keysIn(field.schema, value, place);
  const drawn = keys.slice(0, shown.value);
  const others = otherMembers(field.schema);
  const members = (
    <div class={styles["members"]} data-nested={place.isPlaced !== true}>
      {drawn.map((key) => (
        <Inner key={key} place={memberPlace(place, field.schema, key)} />
      ))}
      {drawn.length < keys.length && (
        <Button onPress={() => (shown.value += STEP)}>
          Show {Math.min(STEP, keys.length - drawn.length)} of {(keys.length - drawn.length).toLocaleString("en-US")} more
        </Button>
      )}
      {others && !place.isLocked && <NewMember place={place} schema={others} taken={keys} onAdd={() => (shown.value = Infinity)} />}
    </div>
  );
  return (
    <Frame {...part} isGroup shownKeys={new Set(drawn)}>
      {() => members}
    </Frame>
  );
}

function keysIn(schema: Schema, value: unknown, { form }: Place): readonly string[] {
  const known = Object.entries(membersOf(schema)).filter(([key, member]) => {
    const { not } = resolved(member, form.schema);
    return not === undefined || valueAt(value, [key]) !== ABSENT;
  });
  const present = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return [...new Set([...known.map(([key]) => key), ...present])];
}

function memberPlace(place: Place, schema: Schema, key: string): Place {
  const known = membersOf(schema);
  const isNamed = Object.hasOwn(known, key);
  const own = isNamed ? known[key] : otherMembers(schema);
  const { form, path, depth } = place;
  const { title } = fieldOf(own, valueAt(form.tree.value, [...path, key]), form.schema);
  const name = key === "" ? "(empty name)" : visible(key);
  return {
    ...place,
    path: [...path, key],
    schema: own ?? {},
    label: title ?? name,
    name: title !== undefined && title.toLowerCase() !== name.toLowerCase() ? name : undefined,
    isPlaced: false,
    depth: depth + 1,
    isOptional: !isRequired(schema, key),
    isUnknown: own === undefined,
  };
}

interface NewMemberProps {
  readonly place: Place;
  readonly schema: Schema;
  readonly taken: readonly string[];
  readonly onAdd: () => void;
}

function NewMember({ place: { form, path }, schema, taken, onAdd }: NewMemberProps) {
  const name = useSignal("");
  const isTaken = taken.includes(name.value);
  return (
    <div class={styles["more"]}>
      <Field
        label={`Name of a new ${textOf(schema, "title") ?? "value"}`}
        error={isTaken ? "There is one of this name already." : undefined}
      >
        {(control) => (
          <input
            {...control}
            value={name.value}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={({ currentTarget }) => (name.value = currentTarget.value)}
          />
        )}
      </Field>
      <Button
        whyNot={isTaken ? "There is one of this name already." : undefined}
        onPress={() => {
          onAdd();
          form.set([...path, name.value], startingValue(schema, form.schema));
          name.value = "";
        }}
      >
        Add
      </Button>
    </div>
  );
}

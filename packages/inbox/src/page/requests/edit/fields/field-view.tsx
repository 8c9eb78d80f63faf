import { useMemo } from "preact/hooks";
import { ABSENT, valueAt } from "../entered.ts";
import { fieldOf } from "../field-of.ts";
import { keyOf } from "../form.ts";
import type { Place } from "../place.ts";
import { GroupField } from "./group-field.tsx";
import { JsonField } from "./json-field.tsx";
import { LeftOut } from "./left-out.tsx";
import { ListField } from "./list-field.tsx";
import { BooleanField, ChoiceField, DateField, FixedField, NumberField } from "./scalar-fields.tsx";
import { TextField } from "./text-field.tsx";

const FIELDS = {
  text: TextField,
  date: DateField,
  number: NumberField,
  boolean: BooleanField,
  choice: ChoiceField,
  fixed: FixedField,
  null: FixedField,
  mask: FixedField,
  list: ListField,
  group: GroupField,
  json: JsonField,
};

function Present({ place, value }: { readonly place: Place; readonly value: unknown }) {
  const { form, path, schema, depth, label, name, isOptional, isComparable, isLocked } = place;
  const chosen = form.chosenWay(path) ?? -1;
  // Somebody types into one field, and a form may have hundreds: those that stay the same aren't drawn anew.
  return useMemo(() => {
    const field = fieldOf(schema, value, form.schema, { depth, chosen });
    const Shown = FIELDS[field.control];
    return <Shown place={place} field={field} value={value} Inner={FieldView} />;
  }, [form, keyOf(path), schema, value, chosen, label, name, isOptional, isComparable, isLocked]);
}

/** One value, entered as what it is. */
export function FieldView({ place }: { readonly place: Place }) {
  const { form, path } = place;
  const value = valueAt(form.tree.value, path);
  if (value === ABSENT) return <LeftOut place={place} />;
  return <Present place={place} value={value} />;
}

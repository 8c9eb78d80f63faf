import { visible } from "@countersign/review";
import { Button } from "../../../look/button.tsx";
import { isSame, Typed } from "../entered.ts";
import { MASK } from "../mask.ts";
import { optionsOf, typeOf } from "../schema.ts";
import { parseNumber } from "../parse-number.ts";
import { valueWords } from "../value-words.ts";
import { Frame, type FieldPart } from "./frame.tsx";
import styles from "./frame.module.css";

/** From there on digits are easily miscounted. */
const LONG_NUMBER = 10_000;

/** A number as it is typed: a browser's own number field changes what it is given. */
export function NumberField(part: FieldPart) {
  const { place, field, value } = part;
  const text = value instanceof Typed ? value.text : String(value);
  const read = parseNumber(text);
  const isLong = "value" in read && Math.abs(read.value) >= LONG_NUMBER;
  return (
    <Frame {...part} hint={isLong && <>Reads {read.value.toLocaleString("en-US", { maximumFractionDigits: 20 })}.</>}>
      {(control) => (
        <input
          {...control}
          inputMode="decimal"
          autocomplete="off"
          value={text}
          readOnly={place.isLocked}
          onInput={({ currentTarget }) =>
            place.form.set(place.path, new Typed(typeOf(field.schema) === "integer" ? "integer" : "number", currentTarget.value))
          }
        />
      )}
    </Frame>
  );
}

export function DateField(part: FieldPart) {
  const { place, value } = part;
  return (
    <Frame {...part}>
      {(control) => (
        <input
          {...control}
          type="date"
          value={String(value)}
          readOnly={place.isLocked}
          onInput={({ currentTarget }) => place.form.set(place.path, currentTarget.value)}
        />
      )}
    </Frame>
  );
}

export function BooleanField(part: FieldPart) {
  const { place, value } = part;
  return (
    <Frame {...part} isGroup>
      {({ id }) => (
        <div class={styles["options"]}>
          {[true, false].map((option) => (
            <label key={String(option)} class={styles["option"]}>
              <input
                type="radio"
                name={id}
                checked={value === option}
                disabled={place.isLocked}
                onChange={() => place.form.set(place.path, option)}
              />
              {option ? "Yes" : "No"}
            </label>
          ))}
        </div>
      )}
    </Frame>
  );
}

export function ChoiceField(part: FieldPart) {
  const { place, field, value } = part;
  const options = optionsOf(field.schema) ?? [];
  const at = options.findIndex((option) => isSame(option, value));
  return (
    <Frame {...part}>
      {(control) => (
        <select
          {...control}
          value={String(at)}
          disabled={place.isLocked}
          onChange={({ currentTarget }) => {
            const option = options[Number(currentTarget.value)];
            if (option !== undefined) place.form.set(place.path, option);
          }}
        >
          {at === -1 && <option value="-1">{value instanceof Typed ? "Choose…" : `${valueWords(value)} (not one of these)`}</option>}
          {options.map((option, index) => (
            <option key={index} value={String(index)}>
              {typeof option === "string" ? visible(option) || "(empty text)" : valueWords(option)}
            </option>
          ))}
        </select>
      )}
    </Frame>
  );
}

/** A value that can only be what it is: a constant, none, or one that isn't shown. */
export function FixedField(part: FieldPart) {
  const { place, field, value } = part;
  return (
    <Frame {...part} isGroup>
      {() => (
        <div class={styles["fixed"]}>
          <span data-value>{value === MASK ? MASK : value === null ? "No value (null)" : valueWords(value)}</span>
          {value === MASK && <span>Hidden from reviewers. It stays as it is.</span>}
          {field.control === "null" && !place.isLocked && (
            <Button
              look="quiet"
              aria-label={`Enter a value: ${place.label}`}
              onPress={() => place.form.unsetNull(place.path, place.schema)}
            >
              Enter a value
            </Button>
          )}
        </div>
      )}
    </Frame>
  );
}

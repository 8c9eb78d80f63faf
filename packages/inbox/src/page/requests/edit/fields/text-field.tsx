import { hasHidden, visible } from "@countersign/review";
import { VisibleText } from "../../../look/visible-text.tsx";
import { valueAt } from "../entered.ts";
import { asTyped, retyped } from "../retyped.ts";
import { numberOf, textOf } from "../schema.ts";
import { Frame, type FieldPart } from "./frame.tsx";
import styles from "./frame.module.css";

const LONG = 60;
const MOST_ROWS = 24;
const MOST_SHOWN = 2_000;

/** A text. It is never a browser's field of one line: that one drops line breaks. */
export function TextField(part: FieldPart) {
  const { place, field, value } = part;
  const text = asTyped(String(value));
  const before = valueAt(place.form.base.value, place.path);
  const isLong = [text, before].some((each) => typeof each === "string" && (each.length > LONG || each.includes("\n")));
  const isBlock = isLong || (numberOf(field.schema, "maxLength") ?? 0) > 200;
  const format = textOf(field.schema, "format");
  return (
    <Frame
      {...part}
      hint={
        <>
          {text === "" && "Empty text."}
          <HiddenCharacters text={text} />
        </>
      }
    >
      {(control) => (
        <textarea
          {...control}
          rows={isBlock ? Math.min(Math.max(text.split("\n").length, 3), MOST_ROWS) : 1}
          value={text}
          readOnly={place.isLocked}
          inputMode={format === "email" ? "email" : format === "uri" ? "url" : "text"}
          autocapitalize="off"
          autocomplete="off"
          spellcheck={isBlock}
          onKeyDown={(event) => {
            // A short text gets a line break only from somebody who means it: by Shift, or by pasting it.
            if (event.key === "Enter" && !isBlock && !event.shiftKey) event.preventDefault();
          }}
          onInput={({ currentTarget }) => place.form.set(place.path, retyped(String(value), currentTarget.value))}
        />
      )}
    </Frame>
  );
}

/** What the field shows as nothing, or as something else, is spelled out beside it. */
function HiddenCharacters({ text }: { readonly text: string }) {
  const lines = text.split("\n").filter((line) => hasHidden(line));
  if (lines.length === 0) return null;
  const shown = lines.map((line) => visible(line)).join("\n");
  return (
    <div class={styles["hidden"]}>
      <p>This text has hidden characters.</p>
      <VisibleText text={shown.slice(0, MOST_SHOWN)} />
    </div>
  );
}

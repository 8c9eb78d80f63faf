import { useRef } from "preact/hooks";
import { Button } from "../../../look/button.tsx";
import { Typed } from "../entered.ts";
import { jsonText } from "../json-text.ts";
import { readTyped, type Read } from "../finished.ts";
import { Frame, type FieldPart } from "./frame.tsx";
import styles from "./frame.module.css";

/** A value as JSON: whatever no other field can enter. */
export function JsonField(part: FieldPart) {
  const { place, value } = part;
  const area = useRef<HTMLTextAreaElement>(null);
  const text = value instanceof Typed ? value.text : jsonText(value);
  const { line, column } = value instanceof Typed && text.trim() !== "" ? placeOf(readTyped(value)) : {};
  return (
    <Frame
      {...part}
      beside={
        line !== undefined &&
        column !== undefined && (
          <Button look="quiet" onPress={() => pointTo(area.current, line, column)}>
            Go to line {line}
          </Button>
        )
      }
      hint={place.path.length > 0 && "As JSON: texts stand between quotes."}
    >
      {(control) => (
        <textarea
          {...control}
          ref={area}
          class={styles["json"]}
          rows={Math.min(Math.max(text.split("\n").length + 1, 2), 30)}
          value={text}
          readOnly={place.isLocked}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          onInput={({ currentTarget }) => place.form.set(place.path, new Typed("json", currentTarget.value))}
        />
      )}
    </Frame>
  );
}

function placeOf(read: Read): { readonly line?: number; readonly column?: number } {
  return "value" in read ? {} : read;
}

function pointTo(area: HTMLTextAreaElement | null, line: number, column: number): void {
  if (!area) return;
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const own = Array.from(lines[line - 1] ?? "");
  const at = start + own.slice(0, column - 1).join("").length;
  area.focus();
  area.setSelectionRange(at, Math.min(at + 1, area.value.length));
}

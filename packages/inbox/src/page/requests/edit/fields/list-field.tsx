import { useSignal } from "@preact/signals";
import { Button } from "../../../look/button.tsx";
import { isSame, valueAt } from "../entered.ts";
import { itemAt, listOf, numberOf } from "../schema.ts";
import { startingValue } from "../starting-value.ts";
import { focusOn, type Place } from "../place.ts";
import { Frame, type FieldPart } from "./frame.tsx";
import styles from "./frame.module.css";

const STEP = 100;

/** The items of a list. Those that the schema gives a place of their own stay there. */
export function ListField(part: FieldPart) {
  const { place, field, value, Inner } = part;
  const { form, path, isLocked } = place;
  const shown = useSignal(STEP);
  const items = listOf(value);
  const drawn = items.slice(0, shown.value);
  const fixed = listOf(field.schema["prefixItems"]).length;
  const next = itemAt(field.schema, items.length);
  const before = listOf(valueAt(form.base.value, path));

  function set(changed: readonly unknown[], focus?: number): void {
    form.setItems(path, changed);
    if (focus !== undefined) requestAnimationFrame(() => focusOn(place.prefix, changed.length === 0 ? path : [...path, focus]));
  }
  function move(from: number, to: number): void {
    set(items.toSpliced(from, 1).toSpliced(to, 0, items[from]), to);
  }
  function itemPlace(index: number): Place {
    return {
      ...place,
      path: [...path, index],
      schema: itemAt(field.schema, index) ?? {},
      label: `${place.label} ${index + 1}`,
      name: undefined,
      isPlaced: true,
      depth: place.depth + 1,
      isOptional: false,
      isUnknown: itemAt(field.schema, index) === undefined,
      isComparable: place.isComparable && items.length === before.length,
    };
  }

  return (
    <Frame {...part} isGroup shownKeys={new Set(Object.keys(drawn))}>
      {() => (
        <>
          {items.length === 0 && <p class={styles["soft"]}>Empty list.</p>}
          <ol class={styles["items"]}>
            {drawn.map((item, index) => (
              <li key={index} class={styles["item"]} data-large={typeof item === "object" && item !== null}>
                <span class={styles["number"]} aria-hidden="true">
                  {index + 1}
                </span>
                <Inner place={itemPlace(index)} />
                {!isLocked && index >= fixed && (
                  <span class={styles["moves"]}>
                    <Move
                      what={`Up: ${place.label} ${index + 1}`}
                      to={index - 1}
                      least={fixed}
                      length={items.length}
                      onPress={() => move(index, index - 1)}
                    />
                    <Move
                      what={`Down: ${place.label} ${index + 1}`}
                      to={index + 1}
                      least={fixed}
                      length={items.length}
                      onPress={() => move(index, index + 1)}
                    />
                    <Button
                      look="quiet"
                      aria-label={`Remove: ${place.label} ${index + 1}`}
                      onPress={() => set(items.toSpliced(index, 1), Math.min(index, items.length - 2))}
                    >
                      Remove
                    </Button>
                  </span>
                )}
              </li>
            ))}
          </ol>
          <div class={styles["more"]}>
            {drawn.length < items.length && (
              <Button onPress={() => (shown.value += STEP)}>
                Show {Math.min(STEP, items.length - drawn.length)} of {(items.length - drawn.length).toLocaleString("en-US")} more
              </Button>
            )}
            {!isLocked && next !== undefined && (
              <Button
                whyNot={
                  items.length >= (numberOf(field.schema, "maxItems") ?? Infinity)
                    ? `It may have ${items.length} items at most.`
                    : undefined
                }
                aria-label={`Add to ${place.label}`}
                onPress={() => {
                  shown.value = Math.max(shown.value, items.length + 1);
                  set([...items, startingValue(next, form.schema)], items.length);
                }}
              >
                Add
              </Button>
            )}
            {!isSame(before, items) && place.isComparable && !isLocked && items.length === before.length && (
              <Button look="quiet" aria-label={`Put back: ${place.label}`} onPress={() => set(before)}>
                Put the list back
              </Button>
            )}
          </div>
        </>
      )}
    </Frame>
  );
}

interface MoveProps {
  readonly what: string;
  readonly to: number;
  readonly least: number;
  readonly length: number;
  readonly onPress: () => void;
}

function Move({ what, to, least, length, onPress }: MoveProps) {
  if (length < 2) return null;
  const whyNot = to < least ? "It is the first one." : to >= length ? "It is the last one." : undefined;
  return (
    <Button look="quiet" aria-label={what} whyNot={whyNot} onPress={onPress}>
      {what.split(":")[0]}
    </Button>
  );
}

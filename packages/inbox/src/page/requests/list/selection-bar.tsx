import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { Button } from "../../look/button.tsx";
import { Batch } from "../decide/batch.tsx";
import type { Desk } from "../desk.ts";
import type { Cursor } from "./cursor.ts";
import styles from "./selection-bar.module.css";

/** What can be done with what is chosen. */
export function SelectionBar({ desk, cursor }: { readonly desk: Desk; readonly cursor: Cursor }) {
  const { announcer } = useApp();
  const { list } = desk;
  const deciding = useSignal<readonly string[]>([]);
  const count = list.selected.value.size;
  const lost = list.selection.lost.value;
  const before = useRef(count);
  useEffect(() => {
    if (before.current !== count) announcer.say(`${count} selected`);
    before.current = count;
  }, [count]);
  const isOpen = deciding.value.length > 0;
  const wasOpen = useRef(isOpen);
  useEffect(() => {
    wasOpen.current ||= isOpen;
    // What led there, and had the focus again, may go some time after it was closed. The keyboard goes on in the list.
    if (!wasOpen.current || isOpen || count > 0) return;
    wasOpen.current = false;
    if (document.activeElement === document.body) cursor.comeBack();
  }, [isOpen, count]);
  if (count === 0 && lost === 0 && !isOpen) return null;
  return (
    <div class={styles["bar"]} role="group" aria-label="Selection">
      <p class={styles["count"]}>
        <strong>{count} selected</strong>
        {lost > 0 && <span>. {lost} decided meanwhile.</span>}
      </p>
      {count > 0 && <Button onPress={() => (deciding.value = [...list.selected.value])}>Decide together…</Button>}
      <Button
        look="quiet"
        onPress={() => {
          list.clearSelection();
          cursor.comeBack();
        }}
      >
        Clear
      </Button>
      {isOpen && <Batch desk={desk} ids={deciding.value} onClose={() => (deciding.value = [])} />}
    </div>
  );
}

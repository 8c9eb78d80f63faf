import type { ButtonHTMLAttributes, ComponentChildren } from "preact";
import { isTyped } from "../keys/key-of.ts";
import { areShortcutsOn } from "../keys/keys.ts";
import styles from "./button.module.css";

interface ButtonProps extends Omit<ButtonHTMLAttributes, "children" | "onClick" | "disabled" | "type"> {
  /** What it does, in words: an icon alone is none. */
  readonly children: ComponentChildren;
  readonly look?: "plain" | "main" | "refuse" | "danger" | "quiet";
  readonly type?: "button" | "submit";
  /** Why it can't be pressed now. It stays where the keyboard finds it, and says so. */
  readonly whyNot?: string | undefined;
  /** What it is doing since it was pressed: `Approving…`. Until then, pressing it again does nothing. */
  readonly busy?: string | undefined;
  /** The key that does the same, as the shortcut is written. */
  readonly shortcut?: string | undefined;
  /** False of a press that is meant for what stood here before. It does nothing. Default: each is meant. */
  readonly isMeant?: (event: MouseEvent) => boolean;
  readonly onPress?: (event: MouseEvent) => void;
}

/** As they stand on keyboards. */
const SHORT: Readonly<Record<string, string>> = { "Control+Enter": "Ctrl+Enter", Escape: "Esc" };

export function Button({ children, look = "plain", type = "button", whyNot, busy, shortcut, isMeant, onPress, ...rest }: ButtonProps) {
  const isOff = whyNot !== undefined || busy !== undefined;
  const counts = (event: MouseEvent): boolean => !isOff && (isMeant?.(event) ?? true);
  return (
    <button
      {...rest}
      type={type}
      class={`${styles["button"]} ${look === "plain" ? "" : styles[look]}`}
      aria-disabled={isOff}
      aria-busy={busy !== undefined}
      aria-keyshortcuts={shortcut}
      title={whyNot}
      // What does nothing doesn't take the focus either: Enter would press it later.
      onMouseDown={(event) => {
        if (!counts(event)) event.preventDefault();
      }}
      onClick={(event) => {
        if (counts(event)) onPress?.(event);
        else event.preventDefault();
      }}
    >
      {busy ?? children}
      {shortcut !== undefined && (areShortcutsOn.value || !isTyped(shortcut)) && (
        <kbd class={styles["key"]} aria-hidden="true">
          {SHORT[shortcut] ?? shortcut}
        </kbd>
      )}
    </button>
  );
}

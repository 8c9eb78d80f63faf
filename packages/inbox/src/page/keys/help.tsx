import { useMemo } from "preact/hooks";
import { Button } from "../look/button.tsx";
import { Dialog } from "../look/dialog.tsx";
import { isTyped } from "./key-of.ts";
import { activeScopes, areShortcutsOn, switchShortcuts, type Scope } from "./keys.ts";
import styles from "./help.module.css";

/** What the keys do here and now. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  // Of the page below: the dialog itself stands alone.
  const parts = useMemo(() => partsOf(activeScopes()), []);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <div class={styles["parts"]}>
        {parts.map(({ name, rows }) => (
          <section key={name}>
            <h3>{name}</h3>
            <dl class={styles["rows"]}>
              {rows.map(({ label, keys }) => (
                <div key={label} class={styles["row"]} data-off={!areShortcutsOn.value && keys.every(isTyped)}>
                  <dt>{label}</dt>
                  <dd>
                    {keys.map((key, index) => (
                      <span key={key}>
                        {index > 0 && <span class={styles["soft"]}> or </span>}
                        <Keys of={key} />
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class={styles["setting"]}>
        <input
          type="checkbox"
          role="switch"
          checked={areShortcutsOn.value}
          onChange={({ currentTarget }) => switchShortcuts(currentTarget.checked)}
        />
        <span>
          Shortcuts with single keys
          <span class={styles["soft"]}> Switch them off if you dictate, or press keys by accident.</span>
        </span>
      </label>
      <div>
        <Button onPress={onClose}>Close</Button>
      </div>
    </Dialog>
  );
}

function Keys({ of }: { readonly of: string }) {
  return (
    <>
      {of.split(" ").map((key, index) => (
        <span key={key}>
          {index > 0 && <span class={styles["soft"]}> then </span>}
          <kbd class={styles["key"]}>{NAMES[key] ?? key}</kbd>
        </span>
      ))}
    </>
  );
}

const NAMES: Readonly<Record<string, string>> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  " ": "Space",
};

interface Part {
  readonly name: string;
  readonly rows: readonly { readonly label: string; readonly keys: readonly string[] }[];
}

/** The innermost first; a key that counts further in counts there alone. */
function partsOf(scopes: readonly Scope[]): readonly Part[] {
  const taken = new Set<string>();
  const byName = new Map<string, Map<string, string[]>>();
  for (const { name = "Here", shortcuts } of scopes.toReversed())
    for (const [key, { label }] of Object.entries(shortcuts)) {
      if (taken.has(key)) continue;
      taken.add(key);
      const rows = byName.get(name) ?? new Map<string, string[]>();
      byName.set(name, rows.set(label, [...(rows.get(label) ?? []), key]));
    }
  return [...byName].map(([name, rows]) => ({ name, rows: [...rows].map(([label, keys]) => ({ label, keys })) }));
}

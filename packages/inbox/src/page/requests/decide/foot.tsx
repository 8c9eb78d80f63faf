import { useId } from "preact/hooks";
import { Button } from "../../look/button.tsx";
import { useMeant } from "../../look/use-meant.ts";
import { ACTS } from "./act.ts";
import type { Deciding } from "./decider.ts";
import styles from "./panel.module.css";

interface FootProps {
  readonly deciding: Deciding;
  readonly look: "main" | "danger";
  /** What the button does. */
  readonly children: string;
  /** The key beside Ctrl+Enter. */
  readonly shortcut?: string | undefined;
  readonly whyNot: string | undefined;
  readonly onSign: () => void;
  readonly onClose: () => void;
}

/** The two ways out of a panel. Why the first isn't open yet is read beside it. */
export function Foot({ deciding, look, children, shortcut = "Control+Enter", whyNot, onSign, onClose }: FootProps) {
  const id = useId();
  const busy = deciding.busy.value;
  const isMeant = useMeant(children);
  return (
    <div class={styles["foot"]}>
      <Button
        look={look}
        shortcut={shortcut}
        whyNot={whyNot}
        busy={busy && ACTS[busy].doing}
        aria-describedby={whyNot === undefined ? undefined : id}
        isMeant={isMeant}
        onPress={onSign}
      >
        {children}
      </Button>
      <Button look="quiet" shortcut="Escape" onPress={onClose}>
        Cancel
      </Button>
      {whyNot !== undefined && busy === undefined && (
        <span id={id} class={styles["soft"]}>
          {whyNot}
        </span>
      )}
    </div>
  );
}

import { useSignal } from "@preact/signals";
import { Button } from "../../look/button.tsx";
import { countText } from "./count-text.ts";
import styles from "./more.module.css";

interface MoreProps {
  readonly shown: number;
  readonly total: number;
  readonly step: number;
  /** `characters`, `rows`: of what. */
  readonly of: string;
  readonly onMore: () => void;
}

/** Says how much isn't shown, and shows more of it. */
export function More({ shown, total, step, of, onMore }: MoreProps) {
  const rest = total - shown;
  if (rest <= 0) return null;
  const isAll = rest <= step;
  return (
    <p class={styles["more"]}>
      <Button look="quiet" onPress={onMore}>
        {isAll ? `Show the other ${countText(rest, of, of)}` : `Show ${step.toLocaleString("en-US")} more ${of}`}
      </Button>
      {!isAll && <span class={styles["rest"]}>{countText(rest, of, of)} not shown</span>}
    </p>
  );
}

/** How many of so many are shown, and how to show more. */
export function useShown(first: number, step: number): readonly [shown: number, more: () => void] {
  const shown = useSignal(first);
  return [
    shown.value,
    () => {
      shown.value += step;
    },
  ];
}

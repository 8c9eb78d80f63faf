import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Button } from "./button.tsx";
import { failureText } from "./failure-text.ts";
import { Notice } from "./notice.tsx";

interface NotReadProps {
  /** `The history`: what could not be read. */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry: () => Promise<void>;
  /** What is shown instead. */
  readonly children?: ComponentChildren;
}

/** Something could not be read: why, and what to do. */
export function NotRead({ what, error, onRetry, children }: NotReadProps) {
  const busy = useSignal<string | undefined>(undefined);
  const text = failureText(error);

  async function retry(): Promise<void> {
    busy.value = "Reading…";
    await onRetry();
    busy.value = undefined;
  }

  return (
    <div role="alert">
      <Notice tone="caution" title={`${what} could not be read. ${text.what}`}>
        {text.todo !== "" && <p>{text.todo}</p>}
        {children}
        {text.next !== "nothing" && (
          <Button busy={busy.value} onPress={() => void retry()}>
            Try again
          </Button>
        )}
      </Notice>
    </div>
  );
}

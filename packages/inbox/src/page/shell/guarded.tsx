import type { ComponentChildren } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { Button } from "../look/button.tsx";
import styles from "./guarded.module.css";

/** Something inside may break, and then says so in its place: the rest of the page, and what somebody typed there, stays. */
export function Guarded({
  children,
  what,
}: {
  readonly children: ComponentChildren;
  /** `This page`, `The list`. */ readonly what: string;
}) {
  const boundary = useErrorBoundary((thrown: unknown) => reportError(thrown));
  const tryAgain = boundary[1];
  if (boundary[0] === undefined) return <>{children}</>;
  return (
    <div class={styles["broken"]} role="alert">
      <h1>{what} has stopped working</h1>
      <p>This is a mistake in the program. Nothing was signed by it. What you decided before counts.</p>
      <p class={styles["buttons"]}>
        <Button look="main" onPress={() => location.reload()}>
          Load the page again
        </Button>
        <Button onPress={tryAgain}>Try to go on</Button>
      </p>
    </div>
  );
}

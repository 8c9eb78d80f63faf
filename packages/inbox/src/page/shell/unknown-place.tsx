import { useApp } from "../app-context.ts";
import { ActionLink } from "../look/action-link.tsx";
import styles from "./guarded.module.css";

export function UnknownPlace() {
  const { route } = useApp();
  return (
    <div class={styles["broken"]}>
      <h1>There is nothing at this address</h1>
      <p>The link may be cut off. Look at where you got it from.</p>
      <p class={styles["buttons"]}>
        <ActionLink href={route.href({ page: "requests" })} look="main">
          What waits for you
        </ActionLink>
      </p>
    </div>
  );
}

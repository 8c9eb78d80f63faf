import styles from "./skeleton.module.css";

/** Where rows are going to be. */
export function Skeleton() {
  return (
    <div class={styles["skeleton"]} aria-hidden="true">
      {Array.from({ length: 6 }, (_, index) => (
        <div key={index} class={styles["row"]}>
          <span class={styles["long"]} />
          <span class={styles["short"]} />
        </div>
      ))}
    </div>
  );
}

import type { ComponentChildren } from "preact";
import styles from "./button.module.css";

interface ActionLinkProps {
  readonly href: string;
  readonly children: ComponentChildren;
  readonly look?: "plain" | "main";
  /** Beside this tab, in which everything stays as it is. */
  readonly inNewTab?: boolean;
}

/** Leads somewhere, and is as important as a button. */
export function ActionLink({ href, children, look = "plain", inNewTab = false }: ActionLinkProps) {
  return (
    <a
      class={`${styles["button"]} ${styles["link"]} ${look === "plain" ? "" : styles[look]}`}
      href={href}
      {...(inNewTab && { target: "_blank", rel: "noreferrer noopener" })}
    >
      {children}
    </a>
  );
}

import type { Me } from "@countersign/server/client";
import { useApp } from "../app-context.ts";
import { Connection } from "./connection.tsx";
import { Menu } from "./menu.tsx";
import { Places } from "./place-links.tsx";
import styles from "./header.module.css";

interface HeaderProps {
  /** Whose page it is. Undefined: nobody's, or somebody else's by now. */
  readonly me: Me | undefined;
  readonly waiting: string | undefined;
  readonly onHelp: () => void;
}

export function Header({ me, waiting, onHelp }: HeaderProps) {
  const { route, session } = useApp();
  return (
    <header class={styles["header"]}>
      <a class={styles["mark"]} href={route.href({ page: "requests" })} aria-label="Countersign: requests">
        <img src="icons/icon.svg" width="28" height="28" alt="" />
        <span class={styles["product"]}>Countersign</span>
      </a>
      {me && (
        <>
          <div class={styles["places"]}>
            <Places me={me} waiting={waiting} />
          </div>
          <div class={styles["own"]}>
            {session.state.value === "signed-in" && <Connection />}
            <Menu me={me} waiting={waiting} onHelp={onHelp} />
          </div>
        </>
      )}
    </header>
  );
}

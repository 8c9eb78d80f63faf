import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { visible } from "@countersign/review";
import type { Me } from "@countersign/server/client";
import { useApp } from "../app-context.ts";
import { areShortcutsOn, switchShortcuts } from "../keys/keys.ts";
import { Button } from "../look/button.tsx";
import { PLACES, placesOf } from "./places.ts";
import styles from "./menu.module.css";

/** Who somebody is here, and what is theirs alone. */
export function Menu({ me, waiting, onHelp }: { readonly me: Me; readonly waiting: string | undefined; readonly onHelp: () => void }) {
  const { route, session } = useApp();
  const id = useId();
  const busy = useSignal<string | undefined>(undefined);
  const failed = useSignal(false);
  const name = visible(me.name ?? me.id);
  const canSignOut = session.ways.value.some(({ signOut }) => signOut !== undefined);
  const close = (): void => document.getElementById(id)?.hidePopover();

  async function signOut(): Promise<void> {
    busy.value = "Signing out…";
    failed.value = false;
    try {
      await session.signOut();
    } catch {
      failed.value = true;
    } finally {
      busy.value = undefined;
    }
  }

  return (
    <>
      <button class={styles["opener"]} type="button" popovertarget={id} aria-haspopup="true" aria-label={`${name}: you and your settings`}>
        {/* Drawn, not said: what can be read on a button has to be in its name. */}
        <span class={styles["initial"]} data-initial={/^./u.exec(name)?.[0]?.toUpperCase()} aria-hidden="true" />
        <span class={styles["name"]} data-value>
          {name}
        </span>
      </button>
      <section id={id} class={styles["menu"]} popover="auto" aria-label="You and your settings">
        <div>
          <p class={styles["who"]} data-value>
            {name}
          </p>
          <p class={styles["soft"]}>{roleText(me)}</p>
          {waiting !== undefined && (
            <p class={styles["soft"]}>{waiting === "0" ? "Nothing waits for you." : `${waiting} waiting for you`}</p>
          )}
        </div>
        <nav class={styles["places"]} aria-label="All pages" onClick={close}>
          {placesOf(me).map((page) => (
            <a key={page} class={styles["row"]} href={route.href({ page })}>
              {PLACES[page].name}
            </a>
          ))}
        </nav>
        <div class={styles["keys"]}>
          <label class={styles["row"]}>
            <input
              type="checkbox"
              role="switch"
              checked={areShortcutsOn.value}
              onChange={({ currentTarget }) => switchShortcuts(currentTarget.checked)}
            />
            Shortcuts with single keys
          </label>
          <Button
            look="quiet"
            shortcut="?"
            onPress={() => {
              close();
              onHelp();
            }}
          >
            All shortcuts
          </Button>
        </div>
        {canSignOut ? (
          <Button busy={busy.value} onPress={() => void signOut()}>
            Sign out
          </Button>
        ) : (
          <p class={styles["soft"]}>You sign out where you signed in.</p>
        )}
        {failed.value && (
          <p class={styles["failed"]} role="alert">
            You are still signed in: the server didn’t answer. Try again.
          </p>
        )}
      </section>
    </>
  );
}

function roleText({ id, name, roles, seesAll, isOperator }: Me): string {
  const more = isOperator ? ["operator"] : seesAll ? ["sees everything"] : [];
  const all = [...roles.map(visible), ...more].join(", ");
  return [...(name !== undefined && name !== id ? [visible(id)] : []), all === "" ? "no roles" : all].join(" · ");
}

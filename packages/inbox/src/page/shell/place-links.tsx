import type { Me } from "@countersign/server/client";
import { useApp } from "../app-context.ts";
import { PlaceIcon } from "./place-icon.tsx";
import { PLACES, placesOf } from "./places.ts";
import styles from "./place-links.module.css";

interface PlacesProps {
  readonly me: Me;
  readonly waiting: string | undefined;
  /** At the bottom of a phone: those that everybody has, under icons. The others are in the menu. */
  readonly isBar?: boolean;
}

export function Places({ me, waiting, isBar = false }: PlacesProps) {
  const { route } = useApp();
  const current = route.isKnown.value ? route.place.value.page : undefined;
  return (
    <nav class={isBar ? styles["bar"] : styles["row"]} aria-label="Pages">
      {placesOf(me)
        .filter((page) => !isBar || PLACES[page].isForAll)
        .map((page) => (
          <a key={page} class={styles["place"]} href={route.href({ page })} aria-current={page === current ? "page" : undefined}>
            {isBar && <PlaceIcon page={page} />}
            <span>{PLACES[page].name}</span>
            {page === "requests" && waiting !== undefined && waiting !== "0" && (
              <span class={styles["waiting"]}>
                {waiting}
                <span class="visually-hidden"> waiting for you</span>
              </span>
            )}
          </a>
        ))}
    </nav>
  );
}

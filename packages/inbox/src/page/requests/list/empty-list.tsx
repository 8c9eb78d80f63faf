import { visible } from "@countersign/review";
import { useApp } from "../../app-context.ts";
import { Icon } from "../../look/icon.tsx";
import { isNarrowed, queryOf, viewed, widened, type Filters } from "./filters.ts";
import styles from "./empty-list.module.css";
import type { List } from "./list.ts";

/** Why nothing is there, and where there may be something. */
export function EmptyList({ list }: { readonly list: List }) {
  const { route } = useApp();
  const filters = list.filters.value;
  const { id } = route.place.value;
  const href = (next: Filters): string => route.href({ page: "requests", id }, queryOf(next));
  if (isNarrowed(filters)) {
    return (
      <div class={styles["empty"]}>
        <span class={styles["icon"]}>
          <Icon name="search" />
        </span>
        <p>No request in this list matches your search and filters.</p>
        <p>
          <a href={href(widened(filters))}>Remove search and filters</a>
        </p>
        {filters.view !== "all" && (
          <p>
            <a href={href(viewed(filters, "all"))}>Look in all requests</a>
          </p>
        )}
      </div>
    );
  }
  return (
    <div class={styles["empty"]}>
      <span class={`${styles["icon"]} ${styles["good"]}`}>
        <Icon name="check" />
      </span>
      {filters.view === "mine" ? (
        <>
          <NothingForYou />
          <p>
            <a href={href(viewed(filters, "waiting"))}>See what waits for others</a>
          </p>
        </>
      ) : (
        <p>{NOTHING[filters.view]}</p>
      )}
    </div>
  );
}

const NOTHING = {
  waiting: "No request that you may see waits for a decision.",
  decided: "Decided requests that you may see show up here.",
  unknown: "Calls that started and never reported back show up here.",
  all: "Requests that you may see show up here.",
} as const;

function NothingForYou() {
  const { session } = useApp();
  const me = session.me.value;
  if (!me) return null;
  const roles = me.roles.map(visible).join(", ");
  return (
    <p>
      You are <strong data-value>{visible(me.name ?? me.id)}</strong>
      {roles === "" ? (
        " and have no role, so only requests that name you wait for you."
      ) : (
        <>
          {me.roles.length === 1 ? ", with the role " : ", with the roles "}
          <strong data-value>{roles}</strong>. New requests show up here.
        </>
      )}
    </p>
  );
}

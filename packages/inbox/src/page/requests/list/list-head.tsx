import { useSignal } from "@preact/signals";
import { visible } from "@countersign/review";
import type { RefObject } from "preact";
import { useApp } from "../../app-context.ts";
import { Button } from "../../look/button.tsx";
import { FilterChip } from "../../look/chip.tsx";
import type { Cursor } from "./cursor.ts";
import { FIELDS, filtersOf, ordersOf, queryOf, viewed, VIEWS, type Filters, type Order } from "./filters.ts";
import { FilterDialog } from "./filter-dialog.tsx";
import styles from "./list-head.module.css";
import type { List } from "./list.ts";
import { isWaiting } from "./row.ts";
import { SearchBox } from "./search-box.tsx";
import { FIELD_NAMES, ORDER_NAMES, STATUS_NAMES, valueText, VIEW_NAMES } from "./words.ts";

interface ListHeadProps {
  readonly list: List;
  readonly cursor: Cursor;
  /** Of the search. */
  readonly field: RefObject<HTMLInputElement | null>;
}

/** What the list shows, and how to change that. All of it stands in the address. */
export function ListHead({ list, cursor, field }: ListHeadProps) {
  const { route } = useApp();
  const filters = list.filters.value;
  const isFiltering = useSignal(false);
  const { id } = route.place.value;
  const href = (next: Filters): string => route.href({ page: "requests", id }, queryOf(next));
  const go = (next: Filters, replace = false): void => route.go({ page: "requests", id }, queryOf(next), { replace });
  const { ignored } = filtersOf(route.query.value);
  return (
    <div class={styles["head"]}>
      <nav class={styles["views"]} aria-label="Lists">
        {VIEWS.filter((view) => view !== "all" || filters.view === "all").map((view) => (
          <a key={view} class={styles["view"]} href={href(viewed(filters, view))} aria-current={filters.view === view ? "page" : undefined}>
            {VIEW_NAMES[view]}
          </a>
        ))}
      </nav>
      <div class={styles["search"]}>
        <SearchBox
          field={field}
          search={filters.search}
          onSearch={(search, replace) => go({ ...filters, search }, replace)}
          onLeave={cursor.comeBack}
        />
        <Button onPress={() => (isFiltering.value = true)}>Filter</Button>
      </div>
      <FilterChips filters={filters} href={href} />
      {ignored.length > 0 && (
        <p class={styles["ignored"]}>
          The address asks for <span data-value>{visible(ignored.join(", "))}</span>, which this page doesn't know. It is left out.
        </p>
      )}
      <div class={styles["order"]}>
        <SelectAll list={list} />
        <label>
          <span class="visually-hidden">Sort by</span>
          <select value={filters.order} onChange={({ currentTarget }) => go({ ...filters, order: currentTarget.value as Order })}>
            {ordersOf(filters.view).map((order) => (
              <option key={order} value={order}>
                {ORDER_NAMES[order]}
              </option>
            ))}
          </select>
        </label>
        <label>
          <input type="checkbox" checked={filters.isGrouped} onChange={() => go({ ...filters, isGrouped: !filters.isGrouped })} />
          Group
        </label>
      </div>
      {isFiltering.value && (
        <FilterDialog
          list={list}
          filters={filters}
          onApply={(next) => {
            isFiltering.value = false;
            go(next);
          }}
          onClose={() => (isFiltering.value = false)}
        />
      )}
    </div>
  );
}

/** Of what is loaded, not of what more there may be. */
function SelectAll({ list }: { readonly list: List }) {
  const ids = list.rows.value.filter(isWaiting).map(({ id }) => id);
  const chosen = list.selected.value.size;
  return (
    <input
      type="checkbox"
      aria-label={`Select all ${ids.length} shown`}
      disabled={ids.length === 0}
      checked={ids.length > 0 && chosen === ids.length}
      indeterminate={chosen > 0 && chosen < ids.length}
      onClick={() => list.selection.set(ids, chosen < ids.length)}
    />
  );
}

function FilterChips({ filters, href }: { readonly filters: Filters; readonly href: (next: Filters) => string }) {
  const { fields, status } = filters;
  const given = FIELDS.flatMap((field) => (fields[field] === undefined ? [] : [{ field, value: fields[field] }]));
  if (given.length === 0 && status === undefined) return null;
  return (
    <ul class={styles["chips"]} aria-label="Filters">
      {status && (
        <li>
          <FilterChip label="Status" value={STATUS_NAMES[status]} href={href({ ...filters, status: undefined })} />
        </li>
      )}
      {given.map(({ field, value }) => {
        const { [field]: _removed, ...others } = fields;
        return (
          <li key={field}>
            <FilterChip label={FIELD_NAMES[field]} value={valueText(field, value)} href={href({ ...filters, fields: others })} />
          </li>
        );
      })}
    </ul>
  );
}

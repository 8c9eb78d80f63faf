import type { ComponentChildren } from "preact";
import styles from "./table.module.css";

export interface Column<T> {
  readonly name: string;
  /** `name`: what the row is about. `act`: what can be done with it. */
  readonly kind?: "name" | "act";
  readonly cell: (row: T) => ComponentChildren;
}

interface TableProps<T> {
  /** What it lists, for whoever can't see where it stands. */
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly keyOf: (row: T) => string;
  /** What it lists counts no more. */
  readonly isFaded?: boolean;
}

/** Rows and columns; on a phone, cards. The roles are said, because what is laid out otherwise is no table to some readers. */
export function Table<T>({ caption, columns, rows, keyOf, isFaded = false }: TableProps<T>) {
  return (
    <table class={`${styles["table"]} ${isFaded ? styles["faded"] : ""}`} role="table">
      <caption class="visually-hidden">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ name, kind }) => (
            <th key={name} class={styles["head"]} scope="col" role="columnheader">
              {kind === "act" ? <span class="visually-hidden">{name}</span> : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} class={styles["row"]} role="row">
            {columns.map((column) => (
              <Cell key={column.name} column={column} row={row} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell<T>({ column: { name, kind, cell }, row }: { readonly column: Column<T>; readonly row: T }) {
  if (kind === "name")
    return (
      <th class={`${styles["cell"]} ${styles["name"]}`} scope="row" role="rowheader">
        {cell(row)}
      </th>
    );
  return (
    <td class={`${styles["cell"]} ${kind === "act" ? styles["act"] : ""}`} role="cell">
      {kind !== "act" && (
        <span class={styles["label"]} aria-hidden="true">
          {name}
        </span>
      )}
      {kind === "act" ? cell(row) : <div>{cell(row)}</div>}
    </td>
  );
}

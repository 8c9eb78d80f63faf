import { useId } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { Button } from "../../look/button.tsx";
import { Dialog } from "../../look/dialog.tsx";
import { DECIDED, FIELDS, type DecidedStatus, type Field, type Filters } from "./filters.ts";
import styles from "./filter-dialog.module.css";
import type { List } from "./list.ts";
import { FIELD_NAMES, STATUS_NAMES } from "./words.ts";

interface FilterDialogProps {
  readonly list: List;
  readonly filters: Filters;
  readonly onApply: (filters: Filters) => void;
  readonly onClose: () => void;
}

const HELP: Readonly<Partial<Record<Field, string>>> = {
  requestedBy: "A person's id.",
  decidedBy: "A person's id.",
  thread: "The thread's id.",
};

/** Narrows the list. Empty fields narrow nothing. */
export function FilterDialog({ list, filters, onApply, onClose }: FilterDialogProps) {
  const { session } = useApp();
  const me = session.me.value?.id;
  const known: Readonly<Partial<Record<Field, readonly (string | undefined)[]>>> = {
    tool: list.rows.value.map(({ tool }) => tool.slice(tool.lastIndexOf("/") + 1)),
    agent: list.rows.value.map(({ agent }) => agent),
    requestedBy: [me],
    decidedBy: [me],
    thread: list.rows.value.map(({ thread }) => thread),
  };
  function apply(form: HTMLFormElement): void {
    const given = new FormData(form);
    const textOf = (name: string): string => {
      const value = given.get(name);
      return typeof value === "string" ? value.trim() : "";
    };
    const fields = FIELDS.flatMap((name) => {
      const value = name === "digest" ? (filters.fields.digest ?? "") : textOf(name);
      return value === "" ? [] : [[name, value] as const];
    });
    const status = DECIDED.find((each): each is DecidedStatus => each === textOf("status"));
    onApply({ ...filters, status, fields: Object.fromEntries(fields) });
  }
  return (
    <Dialog title="Filter requests" onClose={onClose}>
      <form
        class={styles["form"]}
        onSubmit={(event) => {
          event.preventDefault();
          apply(event.currentTarget);
        }}
      >
        {filters.view === "decided" && (
          <label class={styles["field"]}>
            Status
            <select name="status" defaultValue={filters.status ?? ""}>
              <option value="">Any</option>
              {DECIDED.map((status) => (
                <option key={status} value={status} selected={filters.status === status}>
                  {STATUS_NAMES[status]}
                </option>
              ))}
            </select>
          </label>
        )}
        {FIELDS.filter((field) => field !== "digest").map((field) => (
          <FilterField key={field} field={field} value={filters.fields[field] ?? ""} known={known[field] ?? []} />
        ))}
        <div class={styles["buttons"]}>
          <Button look="quiet" onPress={onClose}>
            Cancel
          </Button>
          <Button look="main" type="submit">
            Apply
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface FilterFieldProps {
  readonly field: Field;
  readonly value: string;
  readonly known: readonly (string | undefined)[];
}

function FilterField({ field, value, known }: FilterFieldProps) {
  const id = useId();
  const help = HELP[field];
  return (
    <div class={styles["field"]}>
      <label for={id}>{FIELD_NAMES[field]}</label>
      <input
        id={id}
        name={field}
        list={`${id}-known`}
        autocomplete="off"
        spellcheck={false}
        defaultValue={value}
        aria-describedby={help ? `${id}-help` : undefined}
      />
      <datalist id={`${id}-known`}>
        {[...new Set(known)].slice(0, 20).map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      {help && (
        <span id={`${id}-help`} class={styles["help"]}>
          {help}
        </span>
      )}
    </div>
  );
}

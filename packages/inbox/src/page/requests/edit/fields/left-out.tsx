import { Button } from "../../../look/button.tsx";
import { ABSENT } from "../entered.ts";
import { isWithin } from "../form.ts";
import { defaultHint } from "../hint-of.ts";
import { idOf, type Place } from "../place.ts";
import { resolved } from "../schema.ts";
import styles from "./frame.module.css";
import { Was } from "./frame.tsx";

/** A value that isn't there: neither an empty text nor no value. */
export function LeftOut({ place }: { readonly place: Place }) {
  const { form, path, label, isOptional, isLocked } = place;
  const said = form.problems.value.filter((problem) => isWithin(problem.path, path)).map(({ message }) => message);
  const error = said.length > 0 ? said.join(" ") : isOptional ? "" : "This one is required.";
  const id = idOf(place.prefix, path);
  return (
    <div
      id={id}
      class={styles["absent"]}
      tabIndex={-1}
      role="group"
      aria-label={label}
      aria-describedby={`${id}-state`}
      data-missing={error !== ""}
    >
      <span class={styles["absentName"]} data-value>
        {label}
      </span>
      <span id={`${id}-state`} class={styles["soft"]}>
        Left out. {defaultHint(resolved(place.schema, form.schema))} {error !== "" && <span class={styles["missing"]}>{error}</span>}
      </span>
      <Was place={place} value={ABSENT} />
      {!isLocked && (
        <Button look="quiet" aria-label={`Add: ${label}`} onPress={() => form.add(path, place.schema)}>
          Add
        </Button>
      )}
    </div>
  );
}

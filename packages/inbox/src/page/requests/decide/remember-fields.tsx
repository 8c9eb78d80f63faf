import type { Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Choices } from "./choices.tsx";
import styles from "./panel.module.css";
import { LASTING, OFTEN, rememberText, type Remembering } from "./remember-text.ts";

interface RememberFieldsProps {
  readonly decision: "approve" | "reject";
  readonly tool: string;
  readonly askedBy: string | undefined;
  readonly scopes: readonly Remembering["scope"][];
  /** Undefined: it counts for this call alone. */
  readonly remembering: Signal<Remembering | undefined>;
}

/** Starts with the least of each. */
const LEAST = { within: "thread", for: LASTING[0].for, times: OFTEN[0] } as const;

/** Whether the decision is to hold for calls to come, and for which. Folded, and nothing is chosen: a remembered decision is looked at by nobody. */
export function RememberFields({ decision, tool, askedBy, scopes, remembering }: RememberFieldsProps) {
  const id = useId();
  const chosen = remembering.value;
  const set = (changes: Partial<Remembering>): void => {
    if (chosen) remembering.value = { ...chosen, ...changes };
  };
  return (
    <details class={styles["more"]}>
      <summary>Remember this for later calls</summary>
      <div class={styles["choices"]}>
        <Choices
          label="Which calls?"
          chosen={chosen?.scope ?? "none"}
          onChoose={(scope) => (remembering.value = scope === "none" ? undefined : { ...LEAST, ...chosen, scope })}
          choices={[
            { value: "none", label: "Only this one" },
            ...(scopes.includes("exact-args")
              ? [{ value: "exact-args", label: "The same call with exactly these arguments" } as const]
              : []),
            ...(scopes.includes("tool") ? [{ value: "tool", label: <>Any call of {tool}, whatever its arguments</> } as const] : []),
          ]}
        />
        {chosen && (
          <>
            <Choices
              label="Where?"
              isInline
              chosen={chosen.within}
              onChoose={(within) => set({ within })}
              choices={[
                { value: "thread", label: "In this conversation" },
                ...(askedBy === undefined ? [] : [{ value: "requester", label: <>In every conversation of {askedBy}</> } as const]),
              ]}
            />
            <Choices
              label="For how long?"
              isInline
              chosen={chosen.for}
              onChoose={(lasting) => set({ for: lasting })}
              choices={LASTING.map(({ for: value, label }) => ({ value, label }))}
            />
            <Choices
              label="How many calls at most?"
              isInline
              chosen={String(chosen.times)}
              onChoose={(times) => set({ times: Number(times) })}
              choices={OFTEN.map((times) => ({ value: String(times), label: String(times) }))}
            />
            <p id={id} role="status">
              <strong>{rememberText(chosen, { decision, tool, askedBy })}</strong> You can take it back under Grants.
            </p>
          </>
        )}
      </div>
    </details>
  );
}

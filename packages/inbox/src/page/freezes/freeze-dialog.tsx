import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { isApiError } from "@countersign/server/client";
import { useApp } from "../app-context.ts";
import { Button } from "../look/button.tsx";
import { Refusal } from "../look/confirm-dialog.tsx";
import { Dialog } from "../look/dialog.tsx";
import { Field } from "../look/field.tsx";
import { catchFocus } from "../look/page-frame.tsx";
import { EVERYTHING, missingIn, scopeOf, type FreezeDraft, type FreezeKind } from "./freeze-draft.ts";
import { scopeText } from "./freeze-scope.ts";
import { freezingTexts } from "./reach.ts";
import { ReachView } from "./reach-view.tsx";
import { SeenLately } from "./seen-lately.tsx";
import styles from "./freezes-page.module.css";

interface FreezeDialogProps {
  /** What the address names. */
  readonly tool: string;
  readonly agent: string;
  readonly refresh: () => Promise<void>;
  readonly onClose: () => void;
}

const KINDS: Readonly<Record<FreezeKind, string>> = { tool: "A tool", agent: "An agent", everything: "Everything" };
const ALSO = ["Calls that the policy allows without asking stop, too."];
const STAYS = "It holds until an operator lifts it.";

/** The emergency brake: what, why, and done. */
export function FreezeDialog({ tool, agent, refresh, onClose }: FreezeDialogProps) {
  const { announcer, client, session } = useApp();
  const isOperator = session.me.value?.isOperator ?? false;
  const draft = useSignal<FreezeDraft>({
    kind: tool === "" && agent !== "" && isOperator ? "agent" : "tool",
    name: tool === "" ? (isOperator ? agent : "") : tool,
    reason: "",
    typed: "",
  });
  const wasTried = useSignal(false);
  const isBusy = useSignal(false);
  const failure = useSignal<unknown>(undefined);
  const missing = useComputed(() => (wasTried.value ? missingIn(draft.value) : {}));
  const form = useRef<HTMLFormElement>(null);
  const { kind, name, reason, typed } = draft.value;
  const scope = scopeOf(draft.value);
  const fill = (given: Partial<FreezeDraft>): void => {
    draft.value = { ...draft.value, ...given };
  };

  async function freeze(): Promise<void> {
    if (isBusy.value) return;
    wasTried.value = true;
    const [first] = Object.keys(missingIn(draft.value));
    if (first !== undefined || !scope) {
      form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
      return;
    }
    isBusy.value = true;
    failure.value = undefined;
    try {
      await client.freeze({ ...scope, reason: reason.trim() });
      announcer.say(`Frozen: ${scopeText(scope)}`);
      await refresh();
      onClose();
      catchFocus();
    } catch (error) {
      session.heed(error);
      failure.value = error;
    } finally {
      isBusy.value = false;
    }
  }

  return (
    <Dialog title="Freeze" onClose={() => isBusy.value || onClose()}>
      <form
        ref={form}
        class={styles["form"]}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void freeze();
        }}
      >
        {isOperator && (
          <fieldset class={styles["kinds"]}>
            <legend>What to stop</legend>
            {(Object.keys(KINDS) as FreezeKind[]).map((each) => (
              <label key={each} class={styles["kind"]}>
                <input type="radio" name="kind" checked={kind === each} onChange={() => fill({ kind: each, name: "" })} />
                {KINDS[each]}
              </label>
            ))}
          </fieldset>
        )}
        {kind === "everything" ? (
          <Field label={`To stop all agents and tools, type “${EVERYTHING}”`} error={missing.value.typed}>
            {(field) => (
              <input
                {...field}
                name="typed"
                autocomplete="off"
                value={typed}
                onInput={({ currentTarget }) => fill({ typed: currentTarget.value })}
              />
            )}
          </Field>
        ) : (
          <>
            <Field
              label={kind === "tool" ? "Tool" : "Agent"}
              help={kind === "tool" && isOperator ? "As rules are named: send_payment, billing/*." : undefined}
              error={missing.value.name}
            >
              {(field) => (
                <input
                  {...field}
                  name="name"
                  autocomplete="off"
                  autocapitalize="off"
                  spellcheck={false}
                  autofocus={name === ""}
                  value={name}
                  onInput={({ currentTarget }) => fill({ name: currentTarget.value })}
                />
              )}
            </Field>
            <SeenLately kind={kind} chosen={name} onChoose={(chosen) => fill({ name: chosen })} />
          </>
        )}
        <Field label="Why" help="Whoever meets the freeze reads this." error={missing.value.reason}>
          {(field) => (
            <input
              {...field}
              name="reason"
              autocomplete="off"
              autofocus={name !== ""}
              value={reason}
              onInput={({ currentTarget }) => fill({ reason: currentTarget.value })}
            />
          )}
        </Field>
        <ReachView scope={scope} title="What this stops" texts={freezingTexts} also={[...ALSO, STAYS]} warnsOfUnknown />
        {failure.value !== undefined && <Refusal error={failure.value} text={refusalText(failure.value)} />}
        <div class={styles["buttons"]}>
          <Button onPress={() => isBusy.value || onClose()}>Cancel</Button>
          <Button look="danger" type="submit" busy={isBusy.value ? "Freezing…" : undefined}>
            {scope ? `Freeze ${scopeText(scope).replace(/^T/, "t").replace(/^E/, "e")}` : "Freeze"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function refusalText(error: unknown): string | undefined {
  return isApiError(error, "FORBIDDEN")
    ? "You may not freeze this. You can freeze a tool that you may sign, by its exact name. Operators can freeze anything."
    : undefined;
}

import { useComputed } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { Button } from "../look/button.tsx";
import { now } from "../look/now.ts";
import { createEnding } from "./ending.ts";
import { SignInLinks } from "./sign-in-links.tsx";
import styles from "./session-notices.module.css";

const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** On top of the page: the session is over, or is about to be. What stands below stays as it is. */
export function SessionNotices() {
  const { session } = useApp();
  if (session.state.value === "lost") return <Lost isTooOld={session.isTooOld.value} />;
  return <EndingSoon />;
}

function Lost({ isTooOld }: { readonly isTooOld: boolean }) {
  return (
    <section class={styles["notice"]} role="alert" data-tone="caution">
      <div>
        <h2>{isTooOld ? "Sign in again to sign" : "You were signed out"}</h2>
        <p>
          {isTooOld
            ? "You signed in too long ago for this. Nothing was signed. What you typed stays: sign in again in a new tab, then press the button once more."
            : "What you typed here stays. Sign in again in a new tab, then come back to this one."}
        </p>
      </div>
      <SignInLinks inNewTab isFresh={isTooOld} />
    </section>
  );
}

function EndingSoon() {
  const { session } = useApp();
  const ending = useMemo(() => createEnding(session), [session]);
  useEffect(() => ending.stop, [ending]);
  const minutes = useComputed(() => (ending.at.value === undefined ? undefined : Math.ceil((ending.at.value - now.value) / 60_000)));
  const at = ending.at.value;
  if (at === undefined || minutes.value === undefined || minutes.value <= 0) return null;
  return (
    <section class={styles["notice"]} role="status" data-tone="note">
      <p>You will be signed out at {TIME.format(at)}.</p>
      {ending.canBeLater.value ? <Button onPress={() => void ending.makeLater()}>Stay signed in</Button> : <SignInLinks inNewTab isFresh />}
    </section>
  );
}

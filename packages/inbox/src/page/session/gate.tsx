import { visible } from "@countersign/review";
import { isApiError, type Me } from "@countersign/server/client";
import { useApp } from "../app-context.ts";
import { Button } from "../look/button.tsx";
import { SignInLinks } from "./sign-in-links.tsx";
import styles from "./gate.module.css";

/** In the place of the page, while nobody may see it. */
export function Gate() {
  const { session } = useApp();
  const state = session.state.value;
  return (
    <div class={styles["gate"]} data-state={state}>
      {state === "signed-out" && (
        <section class={styles["card"]}>
          <h1>Sign in</h1>
          <p class={styles["soft"]}>Your agents ask here before they act. Sign in to see what waits for you.</p>
          <SignInLinks />
        </section>
      )}
      {state === "away" && <Away />}
      {state === "replaced" && session.me.value && session.other.value && <Replaced before={session.me.value} now={session.other.value} />}
    </div>
  );
}

function Away() {
  const { session } = useApp();
  const error = session.failure.value;
  return (
    <section class={styles["card"]}>
      <h1>The server doesn’t answer</h1>
      {isApiError(error) ? (
        <p class={styles["soft"]}>
          It said: <span data-value>{visible(error.message)}</span> (<code>{error.code}</code>)
        </p>
      ) : (
        <p class={styles["soft"]}>Your network may be away, or the server is starting again.</p>
      )}
      <p>This page tries again by itself. You don’t need to load it again.</p>
      <div>
        <Button look="main" onPress={() => void session.check()}>
          Try now
        </Button>
      </div>
    </section>
  );
}

function Replaced({ before, now }: { readonly before: Me; readonly now: Me }) {
  const [old, other] = [visible(before.name ?? before.id), visible(now.name ?? now.id)];
  return (
    <section class={styles["card"]} role="alert" data-tone="caution">
      <h1>
        You are <span data-value>{other}</span> now
      </h1>
      <p>
        This page was <span data-value>{old}</span>’s. Since then somebody signed in as <span data-value>{other}</span> in this browser.
        Nothing was signed here meanwhile.
      </p>
      <div class={styles["buttons"]}>
        <Button look="main" onPress={() => location.reload()}>
          Go on as {other}
        </Button>
      </div>
      <p class={styles["soft"]}>
        Are you <span data-value>{old}</span>? Sign in again:
      </p>
      <SignInLinks isFresh />
    </section>
  );
}

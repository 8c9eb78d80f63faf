import { useApp } from "../app-context.ts";
import { ActionLink } from "../look/action-link.tsx";
import { Button } from "../look/button.tsx";
import { wayText } from "./sign-in-ways.ts";
import styles from "./sign-in-links.module.css";

/** Everything that somebody can do here to sign in. `inNewTab`: what they have typed stays. */
export function SignInLinks({ inNewTab = false, isFresh = false }: { readonly inNewTab?: boolean; readonly isFresh?: boolean }) {
  const { route, session } = useApp();
  const ways = session.ways.value;
  // They come back to where they are by then.
  void route.place.value;
  void route.query.value;
  const starting = ways.flatMap((way) => {
    const href = session.addressOf(way, isFresh);
    return href === undefined ? [] : [{ href, text: wayText(way, ways.length === 1) }];
  });
  const hasLink = ways.some(({ name, signIn }) => name === "link" && signIn === undefined);
  return (
    <div class={styles["ways"]}>
      {starting.map(({ href, text }) => (
        <ActionLink key={href} href={href} look={starting.length === 1 ? "main" : "plain"} inNewTab={inNewTab}>
          {text}
        </ActionLink>
      ))}
      {hasLink && (
        <p>
          {starting.length > 0 ? "Or open" : "Open"} a sign-in link in this browser. Whoever started the server has one in the terminal;
          Enter prints another one.
        </p>
      )}
      {starting.length === 0 && !hasLink && <p>Sign in where you usually do, in this browser.</p>}
      {starting.length === 0 && <Button onPress={() => void session.check()}>I have signed in</Button>}
    </div>
  );
}

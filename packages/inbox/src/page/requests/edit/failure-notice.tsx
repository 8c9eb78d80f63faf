import { useEffect, useRef } from "preact/hooks";
import { useApp } from "../../app-context.ts";
import { failureText } from "../../look/failure-text.ts";
import { Notice } from "../../look/notice.tsx";
import type { Editing } from "./editing.ts";

/** What the server, or the way to it, has against the edit as a whole. */
export function EditFailure({ editing, doing }: { readonly editing: Editing; readonly doing: "reading" | "signing" }) {
  const { announcer, session } = useApp();
  const error = editing.failure.value;
  const said = error === undefined ? undefined : failureText(error, doing);
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!said) return;
    announcer.say(`${said.what} ${said.todo}`);
    element.current?.scrollIntoView({ block: "center" });
    element.current?.focus({ preventScroll: true });
  }, [error]);
  // What became of the request is said on its own.
  if (!said || editing.turn.value) return null;
  return (
    <div ref={element} tabIndex={-1}>
      <Notice tone={said.next === "again" ? "caution" : "danger"} title={said.what}>
        {said.todo !== "" && <p>{said.todo}</p>}
        {said.next === "sign in" &&
          session.ways.value.map((way) => {
            const address = session.addressOf(way, true);
            return (
              address !== undefined && (
                <a key={way.name} href={address}>
                  Sign in again with {way.name}
                </a>
              )
            );
          })}
      </Notice>
    </div>
  );
}

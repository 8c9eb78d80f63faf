import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChild } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useApp } from "../app-context.ts";
import { AuditPage } from "../audit/audit-page.tsx";
import { DecisionsPage } from "../decisions/decisions-page.tsx";
import { FreezesPage } from "../freezes/freezes-page.tsx";
import { GrantsPage } from "../grants/grants-page.tsx";
import { Help } from "../keys/help.tsx";
import { listenToKeys, ScopeContext, useShortcuts, type Shortcuts } from "../keys/keys.ts";
import { RequestsPage } from "../requests/requests-page.tsx";
import type { PageName } from "../route/route.ts";
import { Gate } from "../session/gate.tsx";
import { keepChecking } from "../session/keep-checking.ts";
import { SessionNotices } from "../session/session-notices.tsx";
import { ThreadsPage } from "../threads/threads-page.tsx";
import { Guarded } from "./guarded.tsx";
import { Header } from "./header.tsx";
import { Places } from "./place-links.tsx";
import { PLACES, placesOf } from "./places.ts";
import { useDocumentTitle } from "./title.ts";
import { UnknownPlace } from "./unknown-place.tsx";
import { useArrival } from "./use-arrival.ts";
import { createWaiting } from "./waiting.ts";
import styles from "./shell.module.css";

const PAGES: Readonly<Record<PageName, () => ComponentChild>> = {
  requests: RequestsPage,
  grants: GrantsPage,
  freezes: FreezesPage,
  threads: ThreadsPage,
  audit: AuditPage,
  decisions: DecisionsPage,
};

/** The frame of the page: what is the same wherever somebody is. */
export function Shell() {
  const app = useApp();
  const { announcer, route, session } = app;
  const main = useRef<HTMLElement>(null);
  const isHelpOpen = useSignal(false);
  const waiting = useMemo(() => createWaiting(app), [app]);
  // Another person's page shows nothing of whoever had it before.
  const me = useComputed(() => (session.state.value === "replaced" ? undefined : session.me.value)).value;
  const { page, id } = route.place.value;
  const isKnown = route.isKnown.value;
  const Page = PAGES[page];

  useEffect(() => listenToKeys(), []);
  useEffect(() => keepChecking(session), [session]);
  useEffect(() => (me ? waiting.start() : undefined), [waiting, me?.id]);
  useArrival(main, `${page} ${id ?? ""}`);
  useDocumentTitle(me ? (isKnown ? PLACES[page].name : "Nothing here") : "Sign in", me && waiting.text.value);

  const openHelp = (): void => {
    isHelpOpen.value = true;
  };
  const shortcuts: Shortcuts = me
    ? {
        ...Object.fromEntries(
          placesOf(me).map((to) => [`g ${PLACES[to].key}`, { label: PLACES[to].name, run: () => route.go({ page: to }) }]),
        ),
        "?": { label: "These shortcuts", run: openHelp },
      }
    : {};
  const scope = useShortcuts(shortcuts, { name: "Everywhere" });

  return (
    <ScopeContext value={scope}>
      <div class={styles["shell"]} data-open={id !== undefined} onClick={(event) => route.follow(event)}>
        <button class={styles["skip"]} type="button" onClick={() => main.current?.focus()}>
          Skip to the content
        </button>
        <Header me={me} waiting={waiting.text.value} onHelp={openHelp} />
        <div>{me && <SessionNotices />}</div>
        <main class={styles["main"]} ref={main} tabIndex={-1}>
          {me ? (
            <Guarded key={page} what="This page">
              {isKnown && Page ? <Page /> : <UnknownPlace />}
            </Guarded>
          ) : (
            <Gate />
          )}
        </main>
        <div class={styles["bar"]}>{me && <Places me={me} waiting={waiting.text.value} isBar />}</div>
        <div class="visually-hidden" role="status">
          {announcer.text}
        </div>
        {isHelpOpen.value && <Help onClose={() => (isHelpOpen.value = false)} />}
      </div>
    </ScopeContext>
  );
}

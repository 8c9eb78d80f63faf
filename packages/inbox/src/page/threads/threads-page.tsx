import type { Page, ThreadSummary } from "@countersign/server/client";
import { visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { Listing } from "../look/listing.tsx";
import { Time } from "../look/moment.tsx";
import { NotForYou } from "../look/not-for-you.tsx";
import { Notice } from "../look/notice.tsx";
import { PageFrame } from "../look/page-frame.tsx";
import { Table, type Column } from "../look/table.tsx";
import { Tabs } from "../look/tabs.tsx";
import { VisibleText } from "../look/visible-text.tsx";
import { useFresh } from "../reading/use-fresh.ts";
import { usePaged } from "../reading/use-paged.ts";
import { countText, STATE_NAMES, STATE_TEXTS, stateIn, STATES } from "./thread-text.ts";
import styles from "./threads-page.module.css";

const TITLE = "Threads";
const ABOUT = "A thread is one conversation of an agent that can be paused. Here you see where each run stands, and which ones fail.";

export function ThreadsPage() {
  const { session } = useApp();
  if (!session.me.value?.seesAll) return <NotForYou title={TITLE} what="The threads of all agents are shown to operators and auditors." />;
  return <Threads />;
}

function Threads() {
  const { client, route } = useApp();
  const state = stateIn(route.query.value);
  const threads = usePaged<ThreadSummary, Page<ThreadSummary>>(
    (after, signal) => client.listThreads({ state, after }, { signal }),
    [client, state],
  );
  useFresh(({ subject }) => subject.startsWith("thread/"), threads.refresh);
  const unreadable = threads.first.value?.unreadable ?? [];
  const columns: readonly Column<ThreadSummary>[] = [
    { name: "Thread", kind: "name", cell: (thread) => <Name thread={thread} /> },
    ...(state === undefined ? [{ name: "State", cell: (thread: ThreadSummary) => STATE_NAMES[thread.state] }] : []),
    { name: "What failed", cell: (thread) => <Trouble thread={thread} /> },
    { name: "Since", cell: ({ failingSince }) => (failingSince === undefined ? "–" : <Time at={failingSince} />) },
    { name: "Requests", cell: (thread) => <Requests thread={thread} /> },
  ];
  const to = (chosen: string): string => route.href({ page: "threads" }, new URLSearchParams({ state: chosen }));
  return (
    <PageFrame title={TITLE} about={ABOUT}>
      <Tabs
        label="State"
        tabs={[
          ...STATES.map((each) => ({ name: STATE_NAMES[each], href: to(each), isChosen: each === state })),
          { name: "All", href: to("all"), isChosen: state === undefined },
        ]}
      />
      {state && <p class={styles["about"]}>{STATE_TEXTS[state]}</p>}
      {unreadable.length > 0 && (
        <Notice tone="caution" title={`${countText(unreadable.length, "thread", "threads")} can't be read`}>
          <ul>
            {unreadable.map(({ id, reason }) => (
              <li key={id}>
                <VisibleText text={`${visible(id)}: ${visible(reason)}`} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <Listing of={threads} none={state === "failing" ? "No run keeps failing. All is well." : "No thread is in this state."}>
        {(all) => (
          <Table caption={state ? `Threads: ${STATE_NAMES[state]}` : "All threads"} columns={columns} rows={all} keyOf={({ id }) => id} />
        )}
      </Listing>
    </PageFrame>
  );
}

function Name({ thread: { id, agent, framework } }: { readonly thread: ThreadSummary }) {
  return (
    <div class={styles["stack"]}>
      <span class={styles["id"]}>
        <VisibleText text={visible(id)} />
      </span>
      <span class={styles["soft"]}>
        <VisibleText text={`${visible(agent)}, on ${visible(framework)}`} />
      </span>
    </div>
  );
}

function Trouble({ thread: { attempts, lastError, nextTryAt } }: { readonly thread: ThreadSummary }) {
  if (attempts === 0 && lastError === undefined) return <>Nothing</>;
  return (
    <div class={styles["stack"]}>
      {lastError !== undefined && <VisibleText text={visible(lastError)} />}
      <span class={styles["soft"]}>
        {countText(attempts, "failure in a row", "failures in a row")}
        {nextTryAt !== undefined && (
          <>
            . Next try <Time at={nextTryAt} />
          </>
        )}
      </span>
    </div>
  );
}

function Requests({ thread: { id, open } }: { readonly thread: ThreadSummary }) {
  const { route } = useApp();
  const query = new URLSearchParams({ view: "all", thread: id });
  return (
    <a href={route.href({ page: "requests" }, query)}>
      {open === 0 ? "Show them" : countText(open, "waits", "wait")}
      <span class="visually-hidden"> of the thread {visible(id)}</span>
    </a>
  );
}

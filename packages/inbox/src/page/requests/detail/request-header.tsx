import type { RequestAnswer, Review } from "@countersign/server/client";
import { Icon, type IconName } from "../../look/icon.tsx";
import { Time } from "../../look/moment.tsx";
import { now } from "../../look/now.ts";
import { Risk } from "../../look/risk.tsx";
import { VisibleText } from "../../look/visible-text.tsx";
import { useTitle } from "../../shell/title.ts";
import { RequestLink } from "./request-link.tsx";
import { capital } from "./status-line.ts";
import styles from "./request-header.module.css";

const SOON = 15 * 60_000;

/** What it is, how it stands, and how long it stands so: read in five seconds. */
export function RequestHeader({ answer: { review, request } }: { readonly answer: RequestAnswer }) {
  const { title, risk, statusText, deadline, askedBy, asked, tool, agent, application, replaces, revises } = review;
  useTitle(title);
  return (
    <header class={styles["header"]}>
      <p class={styles["state"]}>
        {risk && <Risk level={risk} />}
        <span class={styles["status"]}>
          <Icon name={iconOf(request)} />
          {capital(statusText)}
        </span>
        {deadline && <Deadline at={deadline.at} />}
      </p>
      <h1 class={styles["title"]}>
        <VisibleText text={title} />
      </h1>
      <dl class={styles["facts"]}>
        {askedBy !== undefined && <Fact label="Asked by" value={askedBy} />}
        <div>
          <dt>Asked</dt>
          <dd>
            <Time at={asked.at} />
          </dd>
        </div>
        <Fact label="Tool" value={tool} />
        <Fact label="Agent" value={agent} />
        {application !== agent && <Fact label="Application" value={application} />}
      </dl>
      {revises !== undefined && (
        <p>
          It revises one that was rejected: <RequestLink id={revises} />
        </p>
      )}
      {replaces !== undefined && (
        <p>
          It replaces an earlier one: <RequestLink id={replaces} />
        </p>
      )}
    </header>
  );
}

function Fact({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <VisibleText text={value} />
      </dd>
    </div>
  );
}

function Deadline({ at }: { readonly at: number }) {
  const left = at - now.value;
  return (
    <span class={styles["deadline"]} data-soon={left <= SOON}>
      <Icon name="clock" />
      {left > 0 ? (
        <span>
          Expires <Time at={at} />
        </span>
      ) : (
        "The time to decide is over"
      )}
    </span>
  );
}

const ICONS = { pending: "signature", approved: "check", rejected: "close", expired: "clock", cancelled: "dash" } as const satisfies Record<
  Review["status"],
  IconName
>;

function iconOf({ status, execution }: RequestAnswer["request"]): IconName {
  if (execution === "unknown") return "question";
  return execution === "failed" ? "warning" : ICONS[status];
}

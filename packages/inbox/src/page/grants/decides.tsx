import type { Grant } from "@countersign/server/client";
import { visible } from "@countersign/review";
import { useApp } from "../app-context.ts";
import { VisibleText } from "../look/visible-text.tsx";
import styles from "./decides.module.css";
import { decidesText, whereText } from "./grant-text.ts";

/** What it decides, in words, and for which calls. */
export function Decides({ grant }: { readonly grant: Grant }) {
  const { route } = useApp();
  const { agent, message, requestId, scope } = grant;
  return (
    <div class={styles["decides"]}>
      <span class={styles["what"]}>
        <VisibleText text={decidesText(grant)} />
      </span>
      <span class={styles["where"]}>
        <VisibleText text={`${whereText(grant)}${agent === "" ? "" : `, by the agent ${visible(agent)}`}`} />
      </span>
      {message !== undefined && (
        <span class={styles["where"]}>
          The model is told: <VisibleText text={visible(message)} />
        </span>
      )}
      <a href={route.href({ page: "requests", id: requestId })}>
        {scope === "tool" ? "Given on this request" : "The request with these arguments"}
      </a>
    </div>
  );
}

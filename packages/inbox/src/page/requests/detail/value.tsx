import { VisibleText } from "../../look/visible-text.tsx";
import { LongText } from "./long-text.tsx";
import type { Argument } from "./open-folds.ts";
import { countText } from "./count-text.ts";
import styles from "./value.module.css";

type Given = Pick<Argument, "kind" | "value" | "lines" | "length">;

/** One value that isn't a list or an object, by its kind. */
export function Value({ kind, value, lines, length }: Given) {
  if (lines) {
    const characters = length === undefined ? "" : `, ${countText(length, "character")}`;
    return <Block text={lines.join("\n")} caption={`${countText(lines.length, "line")}${characters}`} />;
  }
  if (value === undefined) return null;
  if (kind === "number") return <Figures text={value} />;
  if (kind === "mask")
    return (
      <span class={styles["mask"]}>
        <span aria-hidden="true">{value}</span> Hidden from everybody but the tool
      </span>
    );
  if (kind === "boolean" || kind === "null") return <span class={styles[kind]}>{value}</span>;
  if (length !== undefined) return <Block text={value} quoted caption={countText(length, "character")} />;
  return <VisibleText text={value} quoted />;
}

interface BlockProps {
  readonly text: string;
  readonly quoted?: boolean;
  /** How long it is. */
  readonly caption: string;
}

/** A long text, in a frame of its own: whatever it says, it isn't the page that says it. */
function Block({ text, quoted = false, caption }: BlockProps) {
  return (
    <figure class={styles["figure"]}>
      <div class={styles["block"]}>
        <LongText text={text} quoted={quoted} />
      </div>
      <figcaption class={styles["size"]}>{caption}</figcaption>
    </figure>
  );
}

/** A number in groups of three. The gaps are drawn: what is copied is the number. */
function Figures({ text }: { readonly text: string }) {
  const [, sign = "", whole = "", rest = ""] = /^(-?)(\d{4,})(\D.*)?$/.exec(text) ?? [];
  if (whole === "") return <span class={styles["number"]}>{text}</span>;
  const groups = whole.match(/\d{1,3}(?=(?:\d{3})*$)/g) ?? [];
  return (
    <span class={styles["number"]}>
      {sign}
      {groups.map((group, index) => (
        <span key={index} class={styles["group"]}>
          {group}
        </span>
      ))}
      {rest}
    </span>
  );
}

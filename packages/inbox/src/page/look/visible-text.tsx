import styles from "./visible-text.module.css";

/** What the server, or `visible`, has written in the place of a hidden character. */
const ESCAPE = /((?:\\u\{[0-9a-f]+\})+)/;
/** Between quotes a backslash of the text itself has another one before it. */
const QUOTED = /(?<!\\)((?:\\\\)*)((?:\\u\{[0-9a-f]+\})+)/;

/**
 * A value that is safe to be drawn, in which hidden characters stand out.
 * @param quoted it stands between quotes, as the review gives texts of one line
 */
export function VisibleText({ text, quoted = false }: { readonly text: string; readonly quoted?: boolean }) {
  const isQuoted = quoted && text.length > 1 && text.startsWith('"') && text.endsWith('"');
  const said = isQuoted ? text.slice(1, -1) : text;
  return (
    <span data-value>
      {isQuoted && <span class={styles["quote"]}>"</span>}
      {said.includes("\\u{")
        ? said.split(quoted ? QUOTED : ESCAPE).map((part, index) =>
            isEscape(part) ? (
              <mark key={index} class={styles["escape"]}>
                {part}
              </mark>
            ) : (
              part
            ),
          )
        : said}
      {isQuoted && <span class={styles["quote"]}>"</span>}
    </span>
  );
}

function isEscape(part: string): boolean {
  return part.startsWith("\\u{") && part.endsWith("}");
}

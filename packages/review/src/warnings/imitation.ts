import type { Warning } from "../review.ts";
import { subjectOf, type Said } from "./said.ts";

/** What surfaces write before a value, each followed by a gap. */
const LABELS =
  "request|status|tool|title|risk|why|asked by|asked|agent|application|thread|terms|expires|deadline|decided|signed|missing|replaces|revises|edited by|granted by|arguments|result|digest|fact|link|warning";
const AFTER_A_GAP = "(?<=^|[\\n\\r\\u2028\\u2029]|\\s{3})";
const LABEL = new RegExp(`${AFTER_A_GAP}(?:${LABELS})(?=(?: {2}|\\t)\\s*\\S)`, "giu");
/** A table of somebody's own has one or two of these words; a request that is faked has many. */
const MANY = 3;
const HEADING = new RegExp(
  `${AFTER_A_GAP}(?:arguments|A signature is needed\\.?|set by the tool's schema)(?=\\s*(?:$|[\\n\\r]|\\s{3}))`,
  "iu",
);
const QUESTION =
  /\b(?:approve|sign|reject|edit)(?: (?:this|it|the request|send_\w+))?\? *(?:[[(>]|[yY](?:$|[ /=]))|\[a\] ?approve\b|\bpress a to approve\b|\[y\/n\]|\(y\/n\)|\by = yes\b|Enter = \w|\ba = approve\b|to sign, type\b|type what stands at|left pending\b|countersign (?:approve|reject|edit)\b/imu;
const DIGEST = new RegExp(`${AFTER_A_GAP}digest\\b[\\s:│]+[0-9a-f]{16}`, "iu");
const DRAWN = /[\u2500-\u259f\u{1fb00}-\u{1fbaf}]{2}|(?<=^|[\n\r])[\u2502\u2503\u2506\u2507\u250a\u250b\u2551\u258f\u2595▌▐┃]/u;
/** Enough to push what follows to another row, wherever it is shown. */
const GAP = /[^\S\n\r]{20}\S|\n(?:[^\S\n\r]{0,200}\r?\n){9}/u;

/** A value that a hurried eye may take for a part of the page that it is shown on. */
export function imitationWarnings(said: readonly Said[]): readonly Warning[] {
  return said.flatMap((one) => {
    const { text, path } = one;
    const found = imitated(text);
    return found ? [{ kind: "imitation", severity: found.severity, text: `${subjectOf(one)} ${found.text}`, path, requests: [] }] : [];
  });
}

function imitated(text: string): Pick<Warning, "severity" | "text"> | undefined {
  const labels = text.match(LABEL)?.length ?? 0;
  if (labels > 0 || HEADING.test(text)) {
    const isFaked = labels >= MANY || GAP.test(text) || DRAWN.test(text);
    return { severity: isFaked ? "danger" : "caution", text: "has lines that look like those of a request: they are part of the value" };
  }
  if (QUESTION.test(text)) return { severity: "danger", text: "has words that look like a question of ours: they are part of the value" };
  if (DIGEST.test(text)) return { severity: "caution", text: "has words that look like a digest of ours: they are part of the value" };
  if (DRAWN.test(text)) return { severity: "caution", text: "has signs that frames and rows are drawn with: they are part of the value" };
  return GAP.test(text) ? { severity: "caution", text: "has a long gap in it: read on behind it" } : undefined;
}

import type { Warning } from "../review.ts";
import { hasHidden, quoted } from "../visible.ts";
import { subjectOf, type Said } from "./said.ts";

/** They turn the order of what is read, or say where a text begins and ends. */
const DIRECTING = /[\u{61c}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u;
const TAGS = /[\u{e0000}-\u{e007f}]/gu;
/**
 * Pictures are made of several characters, some of which are hidden elsewhere. Made when it is needed first: there are some
 * thousand of them, and to make it takes a tenth of the time in which a short command is over.
 */
let emoji: RegExp | undefined;
/** A screen shows them as the gap that they are: they mislead nobody. */
const HARMLESS = /[\t\r\n]+/g;
/** Persian and the languages of India are written with them. */
const JOINING =
  /(?<=[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{M}])[\u200c\u200d](?=[\p{L}\p{M}])/gu;
/** What writing programs leave behind: a byte order mark, and where a word may be broken. */
const LEFT_BEHIND = /^\ufeff|\u00ad/gu;
const MOST_TOLD = 200;
const BLANKS = /\p{Zs}+/gu;

/** Characters that an eye doesn't see, and a program does. */
export function hiddenWarnings(said: readonly Said[]): readonly Warning[] {
  return said.flatMap((one) => {
    const found = hiddenIn(one.text);
    if (!found) return [];
    const { severity, text } = found;
    return [{ kind: "hidden-characters", severity, text: `${subjectOf(one)} ${text}`, path: one.path, requests: [] }];
  });
}

function hiddenIn(text: string): Pick<Warning, "severity" | "text"> | undefined {
  const bare = text.replace(HARMLESS, "");
  if (!hasHidden(bare)) return undefined;
  if (DIRECTING.test(bare))
    return { severity: "danger", text: "has characters that change the direction of reading: what you see may be in another order" };
  emoji ??= /\p{RGI_Emoji}/gv;
  const left = bare.replace(emoji, "x").replace(JOINING, "");
  if (!hasHidden(left)) return undefined;
  const tags = left.match(TAGS)?.slice(0, MOST_TOLD);
  if (tags) {
    const message = tags.map((tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000)).join("");
    return { severity: "danger", text: `hides a text in characters that nobody sees: ${quoted(message)}` };
  }
  if (!hasHidden(left.replace(BLANKS, " "))) return { severity: "note", text: "has blanks that aren't plain spaces" };
  if (!hasHidden(left.replace(LEFT_BEHIND, "").replace(BLANKS, " ")))
    return { severity: "note", text: "has a byte order mark, or soft hyphens" };
  return { severity: "danger", text: "has characters that nobody sees, or that are drawn over others" };
}

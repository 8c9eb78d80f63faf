import type { Warning } from "../review.ts";
import { quoted, visible } from "../visible.ts";
import { asciiTwin } from "./ascii-twins.ts";
import { subjectOf, type Said } from "./said.ts";

const ASCII = /^\p{ASCII}*$/u;
const WORDS = /[\p{L}\p{M}\p{N}]+/gu;
const LATIN = /[A-Za-z]|\p{Script=Latin}/u;
const CYRILLIC = /\p{Script=Cyrillic}/u;
const ALPHABETS = ["Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic", "Lisu", "Georgian", "Latin"].map(
  (name) => [name, new RegExp(`\\p{Script=${name}}`, "u")] as const,
);
/** Signs that stand in an address in the place of a dot, a slash, a colon or an @. */
const SIGNS =
  /[\u{2024}\u{3002}\u{ff0e}\u{ff61}\u{2044}\u{2215}\u{2571}\u{29f8}\u{ff0f}\u{2236}\u{ff1a}\u{589}\u{5c3}\u{a789}\u{ff20}\u{fe6b}]/u;

/** Fields in which one letter more or less is another person, house or machine. */
const NAMES =
  /name|recipient|payee|beneficiary|debtor|creditor|account|iban|\bbic\b|swift|host|domain|url|uri|link|e-?mail|address|user|login|owner|vendor|supplier|company|customer|merchant|repo|branch|package|(^|_)(to|from|cc|bcc)$/i;
const HOST =
  /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[^\s/@]+@)?[\p{L}\p{N}_-]+(?:[.\u{2024}\u{3002}\u{ff0e}\u{ff61}][\p{L}\p{N}_-]+)+(?:[:/?#\u{2044}\u{2215}\u{2571}\u{29f8}\u{ff0f}].*)?$/iu;
const IBAN = /^\p{L}{2}\s?[\p{N}\p{L}]{2}(?:\s?[\p{L}\p{N}]{2,4}){3,8}$/u;
const LONGEST_ADDRESS = 300;
const LONGEST_IBAN = 50;
const DIGITS = /(?:\P{N}*\p{N}){6}/u;

/** What reads like another word than it is: letters of other alphabets, and letters in costumes. */
export function lookAlikeWarnings(said: readonly Said[]): readonly Warning[] {
  const inArgs = new Set<string>();
  return said.flatMap((one) => {
    const found = addressIn(one.text) ?? (ASCII.test(one.text) ? undefined : lookAlikeIn(one));
    // The title is made of the arguments: the same word in both is one warning.
    if (!found || (one.what === "the title" && inArgs.has(found.text))) return [];
    if (one.path && one.what === undefined) inArgs.add(found.text);
    return [{ kind: "look-alike", severity: found.severity, text: `${subjectOf(one)} ${found.text}`, path: one.path, requests: [] }];
  });
}

/** In front of an @ stands whatever somebody likes: what is behind it is where the address leads. */
const BEFORE_AT = /\bhttps?:\/\/[^\s/?#]*@([^\s/?#@]+)/i;
/** Browsers take a backslash for a slash, and other programs for a part of what stands before an @. */
const BACKSLASH = /\bhttps?:\/\/([^\s/?#\\]*)\\([^\s/?#]*)/i;
const PUNYCODE = /(?:^|[\s/.@])(xn--[a-z0-9-]+)/i;

function addressIn(text: string): Pick<Warning, "severity" | "text"> | undefined {
  const [first, second] = (BACKSLASH.exec(text) ?? []).slice(1).map((part) => part.split(/[@\\]/).at(-1) ?? "");
  if (first && second) {
    const where = `a browser goes to ${quoted(first)}, other programs may go to ${quoted(second)}`;
    return { severity: "danger", text: `has an address with a backslash in it: ${where}` };
  }
  const [, host] = BEFORE_AT.exec(text) ?? [];
  if (host !== undefined) return { severity: "danger", text: `has an address that leads to ${quoted(host)}, whatever stands before it` };
  const [, name] = PUNYCODE.exec(text) ?? [];
  return name === undefined
    ? undefined
    : { severity: "caution", text: `has a host with letters of other alphabets, written as ${quoted(name)}` };
}

function lookAlikeIn({ text, path }: Said): Pick<Warning, "severity" | "text"> | undefined {
  const field = path?.findLast((key) => typeof key === "string") ?? "";
  const isAddress = text.length <= LONGEST_ADDRESS && (HOST.test(text) || isIban(text));
  const isName = isAddress || NAMES.test(String(field));
  const words = text.match(WORDS) ?? [];
  const mixed = words.find(isMixed);
  if (mixed !== undefined) return { severity: "danger", text: `mixes alphabets: ${told(mixed)}` };
  // Behind the host everything may stand.
  const sign = isAddress ? SIGNS.exec(text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "").replace(/\/.*$/s, ""))?.[0] : undefined;
  if (sign !== undefined) return { severity: "danger", text: `has ${codeOf(sign)} where an address has a plain sign` };
  const styled = isName ? words.find((word) => !ASCII.test(word) && ASCII.test(word.normalize("NFKC"))) : undefined;
  if (styled !== undefined)
    return { severity: "caution", text: `has letters in another style: ${quoted(styled)} looks like ${quoted(styled.normalize("NFKC"))}` };
  // A name in its own alphabet has a letter that is like no other somewhere: only what imitates throughout is meant to.
  const foreign = words.filter((word) => !ASCII.test(word));
  const imitates = isName && foreign.length > 0 && foreign.every((word) => readsAs(word) !== undefined);
  const [first] = foreign;
  if (imitates && first !== undefined)
    return { severity: isAddress ? "danger" : "caution", text: `only looks like Latin letters: ${told(first)}` };
  return undefined;
}

function isIban(text: string): boolean {
  return text.length <= LONGEST_IBAN && DIGITS.test(text) && IBAN.test(text);
}

/** Latin letters, and letters of another alphabet that pass for them. Where Cyrillic is among them, any of its letters will do. */
function isMixed(word: string): boolean {
  if (ASCII.test(word) || !LATIN.test(word) || isCompound(word)) return false;
  return Array.from(word).some((letter) => !/\p{Script=Latin}/u.test(letter) && (CYRILLIC.test(letter) || asciiTwin(letter) !== undefined));
}

/** A word of another alphabet with a Latin one before or behind it, such as ЯндексGPT: nobody takes it for a Latin word. */
function isCompound(word: string): boolean {
  const runs = word.match(/[\p{Script=Latin}\p{N}]+|[^\p{Script=Latin}\p{N}]+/gu) ?? [];
  const foreign = runs.filter((run) => !/[\p{Script=Latin}\p{N}]/u.test(run));
  return runs.length === 2 && foreign.every((run) => run.length >= 3 && readsAs(run) === undefined);
}

/** The ASCII word that it looks like. Undefined: not all of it looks like one. */
function readsAs(word: string): string | undefined {
  const letters = Array.from(word.normalize("NFKC"), (letter) => (ASCII.test(letter) ? letter : asciiTwin(letter)));
  return letters.every((letter) => letter !== undefined) ? letters.join("") : undefined;
}

function told(word: string): string {
  const foreign = [...new Set(Array.from(word))].filter(
    (letter) => !/\p{Script=Latin}|[0-9]/u.test(letter) || asciiTwin(letter) !== undefined,
  );
  const like = readsAs(word);
  const reads = like === undefined ? "" : ` looks like ${quoted(like)}, but`;
  return `${quoted(word)}${reads} has ${foreign.slice(0, 5).map(codeOf).join(", ")}${foreign.length > 5 ? ", …" : ""}`;
}

function codeOf(letter: string): string {
  const alphabet = ALPHABETS.find(([, pattern]) => pattern.test(letter))?.[0];
  const code = `U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
  return `${visible(letter)} (${alphabet === undefined ? code : `${alphabet}, ${code}`})`;
}

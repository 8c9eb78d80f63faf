import type { Warning } from "../review.ts";
import { subjectOf, type Said } from "./said.ts";

const RIGHT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Mandaic}\p{Script=Samaritan}]/u;
const LEFT = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Nd}]/u;

/** A screen shows such a text in another order than it is written in, above all where both directions meet. */
export function rightToLeftWarnings(said: readonly Said[]): readonly Warning[] {
  return said.flatMap((one) => {
    const { text, path } = one;
    if (!RIGHT.test(text)) return [];
    const isMixed = LEFT.test(text);
    const words = isMixed
      ? "mixes letters that are read from right to left with others or with digits: your screen may show them in another order"
      : "is read from right to left";
    return [{ kind: "right-to-left", severity: isMixed ? "caution" : "note", text: `${subjectOf(one)} ${words}`, path, requests: [] }];
  });
}

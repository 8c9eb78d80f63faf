import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputDecoder, type Input } from "../src/input-decoder.ts";

const ESC = "\u001b";
const bytes = (text: string): Buffer => Buffer.from(text);

/** What was cut into pieces, together again. */
function joined(inputs: readonly Input[]): readonly Input[] {
  const all: Input[] = [];
  for (const input of inputs) {
    const last = all.at(-1);
    if (last && "text" in last && "text" in input && last.isPasted === input.isPasted)
      all[all.length - 1] = { text: last.text + input.text, isPasted: input.isPasted };
    else all.push(input);
  }
  return all;
}

/** Nobody pauses. */
function keysOf(...chunks: readonly Uint8Array[]): readonly Input[] {
  const decoder = new InputDecoder();
  return joined(chunks.flatMap((chunk) => decoder.decode(chunk)));
}

const IGNORED = [{ name: "ignored" }];
const typed = (text: string): Input => ({ text, isPasted: false });
const pasted = (text: string): Input => ({ text, isPasted: true });

describe("an InputDecoder", () => {
  for (const [what, sent, keys] of [
    ["letters", "ay é 支", [typed("ay é 支")]],
    ["an arrow", `${ESC}[A`, [{ name: "up" }]],
    ["an arrow of an application", `${ESC}OB`, [{ name: "down" }]],
    ["a page", `${ESC}[6~`, [{ name: "pagedown" }]],
    ["a letter with Alt", `${ESC}y`, IGNORED],
    ["a letter of two bytes with Alt", `${ESC}é`, IGNORED],
    ["a key of the keypad", `${ESC}Oy`, IGNORED],
    ["the attributes of a terminal", `${ESC}[?1;2c`, IGNORED],
    ["a mode of a terminal", `${ESC}[?2026;2$y`, IGNORED],
    ["a colour", `${ESC}]11;rgb:ffff/yyyy/ffff\u0007`, IGNORED],
    ["a colour that ends with ST", `${ESC}]11;rgb:y${ESC}\\`, IGNORED],
    ["a device control string", `${ESC}P>|yterm(390)${ESC}\\`, IGNORED],
    ["a mouse of X10", `${ESC}[M yy`, IGNORED],
    ["a mouse of today", `${ESC}[<0;10;5M`, IGNORED],
    ["a function key of Linux", `${ESC}[[A`, IGNORED],
    ["a paste", `${ESC}[200~y\r${ESC}[A${ESC}[201~`, [pasted(`y\r${ESC}[A`)]],
    ["Ctrl-C in a paste", `${ESC}[200~y\u0003`, [pasted("y"), { name: "ignored" }, typed("\u0003")]],
    ["Ctrl-C in a sequence", `${ESC}[20\u0003`, [{ name: "ignored" }, typed("\u0003")]],
    ["Ctrl-C in a string", `${ESC}]11;\u0003`, [{ name: "ignored" }, typed("\u0003")]],
    ["a sequence in a sequence", `${ESC}[20${ESC}[B`, [{ name: "ignored" }, { name: "down" }]],
  ] as const)
    it(`knows ${what}`, () => {
      expect(keysOf(bytes(sent))).toEqual(keys);
      expect(keysOf(...Array.from(bytes(sent), (byte) => Uint8Array.of(byte)))).toEqual(keys);
    });

  it("takes letters of an unfinished sequence for no keys", () => {
    for (const [begun, end] of [
      [`${ESC}[20`, "0~"],
      [`${ESC}O`, "y"],
      [`${ESC}[M `, "y!"],
      [`${ESC}]11;rgb:`, "y\u0007"],
    ] as const) {
      const decoder = new InputDecoder();
      expect(decoder.decode(bytes(begun))).toEqual([]);
      expect(decoder.quiet).toBe(1_000);
      expect(decoder.decode(bytes(end)).filter((input) => "text" in input)).toEqual([]);
    }
  });

  it("tells Escape by the quiet after it, and what never ends by a longer one", () => {
    const decoder = new InputDecoder();
    decoder.decode(bytes(ESC));
    expect(decoder.quiet).toBe(50);
    expect(decoder.rest()).toEqual([{ name: "escape" }]);
    for (const begun of [`${ESC}[`, `${ESC}[200~`, `${ESC}]y`, `${ESC}[200~${ESC}[20`]) {
      decoder.decode(bytes(begun));
      expect(decoder.quiet).toBe(1_000);
      expect(decoder.rest()).toEqual([{ name: "lost" }]);
      expect(decoder.quiet).toBeUndefined();
    }
    expect(decoder.decode(bytes("y"))).toEqual([typed("y")]);
  });

  it("makes the same keys of the same bytes, however they are cut", () => {
    const piece = fc.constantFrom(ESC, "[", "O", "]", "M", "200~", "201~", `${ESC}[200~`, `${ESC}[201~`, "\u0007", "\\", "\u0003", "y", "é", "支", "👍", "1;2", "A", "\r"); // prettier-ignore
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), fc.array(fc.nat(80), { maxLength: 12 }), (pieces, cuts) => {
        const all = bytes(pieces.join(""));
        const at = [0, ...cuts.filter((cut) => cut < all.length).toSorted((a, b) => a - b), all.length];
        const chunks = at.slice(1).map((end, index) => all.subarray(at[index], end));
        expect(keysOf(...chunks)).toEqual(keysOf(all));
      }),
    );
  });
});

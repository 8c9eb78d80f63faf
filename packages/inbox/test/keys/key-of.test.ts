// What is pressed, by its name: on any keyboard, and nothing that is the browser's.
import { expect, test } from "vitest";
import { isTyped, keyOf } from "../../src/page/keys/key-of.ts";

interface Pressed {
  readonly key: string;
  readonly code?: string;
  readonly with?: readonly ("shift" | "ctrl" | "meta" | "alt" | "altgr")[];
  readonly isComposing?: boolean;
}

function press({ key, code = "", with: held = [], isComposing = false }: Pressed): string | undefined {
  return keyOf({
    key,
    code,
    isComposing,
    shiftKey: held.includes("shift"),
    ctrlKey: held.includes("ctrl"),
    metaKey: held.includes("meta"),
    altKey: held.includes("alt"),
    getModifierState: (name) => name === "AltGraph" && held.includes("altgr"),
  });
}

test.each<[what: string, pressed: Pressed, name: string | undefined]>([
  ["a letter", { key: "a" }, "a"],
  ["a letter, with Caps Lock", { key: "A" }, "a"],
  ["a letter, with Shift", { key: "A", with: ["shift"] }, "Shift+a"],
  ["? on an American keyboard", { key: "?", code: "Slash", with: ["shift"] }, "?"],
  ["? on a German one", { key: "?", code: "Minus", with: ["shift"] }, "?"],
  ["/ on a German one", { key: "/", code: "Digit7", with: ["shift"] }, "/"],
  ["a character by AltGr, as Windows tells it", { key: "/", with: ["altgr", "ctrl", "alt"] }, "/"],
  ["j on a Russian one", { key: "о", code: "KeyJ" }, "j"],
  ["g on a Greek one, with Shift", { key: "Γ", code: "KeyG", with: ["shift"] }, "Shift+g"],
  ["a on a French one, by its letter and not by its place", { key: "a", code: "KeyQ" }, "a"],
  ["a named key", { key: "Enter" }, "Enter"],
  ["a named key, with Shift", { key: "Enter", with: ["shift"] }, "Shift+Enter"],
  ["reload", { key: "r", with: ["ctrl"] }, undefined],
  ["select all on a Mac", { key: "a", with: ["meta"] }, undefined],
  ["a menu of the browser", { key: "e", with: ["alt"] }, undefined],
  ["a part of a character", { key: "a", isComposing: true }, undefined],
  ["an accent that waits for its letter", { key: "Dead" }, undefined],
])("%s", (_, pressed, name) => {
  expect(press(pressed)).toBe(name);
});

test("what is typed can be switched off, and what isn't stays", () => {
  expect(["a", "?", "g r", "Shift+x"].map(isTyped)).toEqual([true, true, true, true]);
  expect(["Enter", "Escape", "ArrowDown", "Shift+Enter"].map(isTyped)).toEqual([false, false, false, false]);
});

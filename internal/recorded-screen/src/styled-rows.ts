import type { Cell, RecordedScreen } from "./recorded-screen.ts";

const COLOURS = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

/** The rows that are in sight with their looks written out: `‹bold red›DANGER‹/›`. Without the blanks at their ends. */
export function styledRows(screen: RecordedScreen): readonly string[] {
  return screen.cells().map((row) => {
    let [text, look, gap] = ["", "", ""];
    for (const cell of row) {
      if (cell.width === 0) continue;
      if (cell.text.trim() === "") {
        gap += " ";
        continue;
      }
      const now = lookOf(cell);
      const [close, open] = now === look ? ["", ""] : [look === "" ? "" : "‹/›", now === "" ? "" : `‹${now}›`];
      text += `${close}${gap}${open}${cell.text}`;
      [look, gap] = [now, ""];
    }
    return look === "" ? text : `${text}‹/›`;
  });
}

function lookOf({ bold, dim, colour }: Cell): string {
  const name = colour === undefined ? [] : [COLOURS[colour] ?? "?"];
  return [...(bold ? ["bold"] : []), ...(dim ? ["dim"] : []), ...name].join(" ");
}

import type { Cell, RecordedScreen } from "./recorded-screen.ts";

const CELL = { width: 8.4, height: 18 } as const;
const EDGE = 12;
/** Of a dark terminal; each is at least 4.5 to 1 against the ground, as WCAG 2.2 (1.4.3) wants it. */
const GROUND = "#1b1f24";
const TEXT = "#d7dde4";
const COLOURS: readonly string[] = [
  ...["#8b949e", "#ff8b82", "#7ee08a", "#f0c75e", "#8ab8ff", "#dba6ff", "#76dbe3", "#d7dde4"],
  ...["#a0a8b1", "#ffb0a9", "#a5f0ae", "#ffdf8f", "#b3d1ff", "#ecc9ff", "#a6eef3", "#ffffff"],
];

/** The screen as a picture: texts in a fixed grid, so that it looks the same whatever font is there. */
export function svgOf(screen: RecordedScreen, title: string): string {
  const cells = screen.cells();
  const last = cells.findLastIndex((row) => row.some(({ text, inverse }) => text.trim() !== "" || inverse));
  const rows = cells.slice(0, last + 1);
  const [width, height] = [2 * EDGE + screen.columns * CELL.width, 2 * EDGE + rows.length * CELL.height];
  const body = rows.flatMap((row, y) => runsOf(row).map((run) => runSvg(run, y)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="6" fill="${GROUND}"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">`,
    ...body,
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}

/** Neighbours that look alike. */
interface Run {
  readonly column: number;
  readonly columns: number;
  readonly text: string;
  readonly look: Cell;
}

/** Words, each in its place: pictures make one blank of several. */
function runsOf(row: readonly Cell[]): readonly Run[] {
  const runs: Run[] = [];
  for (const [column, cell] of row.entries()) {
    const { text, width, inverse } = cell;
    if (width === 0 || (text.trim() === "" && !inverse)) continue;
    const before = runs.at(-1);
    const isNext = before && before.column + before.columns === column && looksLike(before.look, cell);
    // What is two columns wide, or no plain letter, stands by itself: fonts disagree about it.
    if (isNext && /^[!-~]$/.test(text) && /^[!-~]+$/.test(before.text))
      runs[runs.length - 1] = { ...before, columns: before.columns + 1, text: before.text + text };
    else runs.push({ column, columns: width, text: text === "" ? " " : text, look: cell });
  }
  return runs;
}

function looksLike(a: Cell, b: Cell): boolean {
  return a.colour === b.colour && a.bold === b.bold && a.dim === b.dim && a.inverse === b.inverse;
}

function runSvg({ column, columns, text, look }: Run, row: number): string {
  const [x, y] = [EDGE + column * CELL.width, EDGE + row * CELL.height];
  const colour = (look.colour !== undefined && COLOURS[look.colour]) || TEXT;
  const width = columns * CELL.width;
  const fill = look.inverse ? GROUND : colour;
  const box = look.inverse ? `<rect x="${fixed(x)}" y="${y}" width="${fixed(width)}" height="${CELL.height}" fill="${colour}"/>` : "";
  const style = `${look.bold ? ' font-weight="bold"' : ""}${look.dim ? ' opacity="0.75"' : ""}`;
  return `${box}<text x="${fixed(x)}" y="${y + 14}" textLength="${fixed(width)}" lengthAdjust="spacingAndGlyphs" fill="${fill}"${style}>${escaped(text)}</text>`;
}

function fixed(number: number): string {
  return String(Math.round(number * 10) / 10);
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.codePointAt(0)};`);
}

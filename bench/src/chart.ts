import { judged, type Figure, type Measured, type MeasuredFigure } from "./row.ts";
import { rounded } from "./table.ts";

const WIDTH = 1070;
const HEAD = 92;
const LINE = 22;
const HEADING = 32;
/** Where the bars begin, how wide twice the aim is, and where the figures begin. */
const BARS = { x: 352, width: 240 };
const AIM_X = BARS.x + BARS.width / 2;
const COLUMNS = { warm: 612, cold: 777, aim: 942 };

const NOT_MEASURED = "not measured";

const STYLE = `
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328 }
  .title { font-size: 18px; font-weight: 600 } .group { font-size: 13px; font-weight: 600 } .quiet { fill: #59636e }
  .page { fill: #ffffff } .met { fill: #1a7f37 } .missed { fill: #bc4c00 } .cold { fill: #8c959f }
  .aim { stroke: #1f2328; stroke-width: 1.5 } .rule { stroke: #d1d9e0 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .page { fill: #0d1117 } .met { fill: #3fb950 } .missed { fill: #f0883e }
    .cold { fill: #6e7681 } .aim { stroke: #f0f6fc } .rule { stroke: #3d444d }
  }`;

const EXPLAINED = [
  "A bar shows how much of its aim a figure uses. It ends left of the line: the aim is met. It ends in an arrow: more than twice the aim.",
  "In brackets: the figure divided by its limit, which is measured in the same run. The aim is judged by the warm figure.",
];

const LEGEND = [
  { x: 16, height: 8, look: "met", means: "warm, aim met" },
  { x: 138, height: 8, look: "missed", means: "warm, aim missed" },
  { x: 282, height: 4, look: "cold", means: "cold" },
];

/** An SVG of the figures that have an aim, grouped by what stands before the colon of their names. */
export function chart(figures: readonly Figure[]): string {
  const shown = figures.filter(({ aim }) => aim !== undefined);
  const groups = Map.groupBy(shown, ({ name }) => name.split(": ")[0] ?? name);
  const parts: string[] = [];
  let y = HEAD;
  for (const [group, members] of groups) {
    y += HEADING;
    parts.push(rule(y - 20), text(16, y, group, "group"));
    for (const figure of members) parts.push(...row(figure, group, (y += LINE)));
  }
  const height = y + 24;
  const met = `${shown.filter(({ holds }) => holds).length} of ${shown.filter(({ holds }) => holds !== undefined).length} aims are met.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">Countersign beside its aims</title>
<desc id="desc">${escaped([met, ...shown.map(sentence)].join(" "))}</desc>
<style>${STYLE}
</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>
${[...head(met), ...parts].join("\n")}
<line class="aim" x1="${AIM_X}" x2="${AIM_X}" y1="${HEAD + 4}" y2="${height - 16}"/>
</svg>
`;
}

function head(met: string): readonly string[] {
  const y = HEAD - 4;
  return [
    text(16, 30, `Countersign beside its aims. ${met}`, "title"),
    ...EXPLAINED.map((line, i) => text(16, 50 + i * 16, line, "quiet")),
    ...LEGEND.flatMap(({ x, height, look, means }) => [bar(x, y - 4 - height / 2, 14, height, look), text(x + 19, y, means)]),
    text(AIM_X, y, "aim", undefined, "middle"),
    text(COLUMNS.warm, y, "warm: after 500", "quiet"),
    text(COLUMNS.cold, y, "cold: the first 50", "quiet"),
    text(COLUMNS.aim, y, "aim", "quiet"),
  ];
}

function row(figure: Figure, group: string, y: number): readonly string[] {
  const { name, aim = "" } = figure;
  return [
    text(16, y, name.slice(name.startsWith(`${group}: `) ? group.length + 2 : 0)),
    ...("notMeasured" in figure ? [text(COLUMNS.warm, y, NOT_MEASURED, "quiet")] : bars(figure, y)),
    text(COLUMNS.aim, y, aim),
  ];
}

function bars(figure: MeasuredFigure, y: number): readonly string[] {
  const { unit, holds } = figure;
  const cold = "cold" in figure ? figure.cold : undefined;
  return [
    ...share(judged(figure), y - 10, 8, holds ? "met" : "missed"),
    ...(cold ? share(cold, y - 1, 4, "cold") : []),
    text(COLUMNS.warm, y, written(judged(figure), unit)),
    text(COLUMNS.cold, y, cold ? written(cold, unit) : "", "quiet"),
  ];
}

/** A bar as long as the share of the aim, with an arrow where it would be longer than there is room. */
function share({ ofAim }: Measured, y: number, height: number, look: string): readonly string[] {
  const width = Math.max(1, ((ofAim ?? 0) * BARS.width) / 2);
  if (width <= BARS.width) return [bar(BARS.x, y, width, height, look)];
  const end = BARS.x + BARS.width;
  const arrow = `<path class="${look}" d="M${end - 4} ${y}h4l4 ${height / 2}l-4 ${height / 2}h-4z"/>`;
  return [bar(BARS.x, y, BARS.width - 4, height, look), arrow];
}

function written({ value, ratio }: Measured, unit: MeasuredFigure["unit"]): string {
  return `${rounded(value)} ${unit}${ratio === undefined ? "" : ` (${rounded(ratio)}x)`}`;
}

function sentence(figure: Figure): string {
  const found = "notMeasured" in figure ? NOT_MEASURED : written(judged(figure), figure.unit);
  return `${figure.name}: ${found}, aim ${figure.aim}.`;
}

const bar = (x: number, y: number, width: number, height: number, look: string): string =>
  `<rect class="${look}" x="${x}" y="${y}" width="${width.toFixed(1)}" height="${height}"/>`;

const rule = (y: number): string => `<line class="rule" x1="16" x2="${WIDTH - 16}" y1="${y}" y2="${y}"/>`;

function text(x: number, y: number, words: string, look?: string, anchor?: "middle"): string {
  return `<text x="${x}" y="${y}"${look ? ` class="${look}"` : ""}${anchor ? ` text-anchor="${anchor}"` : ""}>${escaped(words)}</text>`;
}

function escaped(words: string): string {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

import styles from "./icon.module.css";

/** Lines on a grid of 16, drawn with the colour of the text around them. */
const LINES = {
  agent: "M4 6.5h8v6H4zM8 6.5V3.5M6.5 9.5v.01M9.5 9.5v.01M2 9v1.5M14 9v1.5",
  back: "M10 3 5 8l5 5",
  check: "m3 8.5 3.5 3.5L13 4.5",
  "chevron-down": "m3.5 6 4.5 4.5L12.5 6",
  "chevron-right": "m6 3.5 4.5 4.5L6 12.5",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 5v3.5l2 1.5",
  close: "m4 4 8 8M12 4l-8 8",
  copy: "M6 6h7v7H6zM10 6V3H3v7h3",
  dash: "M4 8h8",
  edit: "m3 13 .8-3L10.5 3.3a1 1 0 0 1 1.4 0l.8.8a1 1 0 0 1 0 1.4L6 12.2z",
  external: "M9 3h4v4M13 3 7.5 8.5M11 9.5V13H3V5h3.5",
  filter: "M2 4h12M4.5 8h7M7 12h2",
  frozen: "M8 1.5v13M2.4 4.750l11.2 6.5M13.6 4.750 2.4 11.250M6 2.5 8 4.5l2-2M6 13.5l2-2 2 2",
  group: "M3 6.5h10v7H3zM4.5 4h7M6 1.5h4",
  info: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM8 7.5V11M8 5v.01",
  lock: "M4 7.5h8V13H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2",
  person: "M8 2.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5zM3 13.5c.5-2.5 2.5-4 5-4s4.5 1.5 5 4",
  plus: "M8 3v10M3 8h10",
  question: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM6.2 6.3C6.5 4.5 9.7 4.6 9.7 6.5 9.7 7.7 8 7.8 8 9.2M8 11.3v.01",
  repeat: "M3 7V5.5h9.5L10.5 3.5M13 9v1.5H3.5l2 2",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM10.3 10.3 14 14",
  signature: "M2 10.5c2.5-.5 3-6.5 5-6.5 1.5 0-.5 6.5 1 6.5s1.5-3 2.5-3 .5 2 1.5 2 1-.5 2-1M2 13.5h12",
  stop: "M5.5 2h5L14 5.5v5L10.5 14h-5L2 10.5v-5zM5.5 8h5",
  warning: "M8 2 14.5 13.5h-13zM8 6.5v3.5M8 11.8v.01",
} as const;

/** Filled, each of a shape of its own, so that they are told apart without their colour. */
const SHAPES = {
  "risk-high": "M8 1.2 15.5 14.5H.5zM7.2 5.7v4.3h1.6V5.7zM7.2 11.2v1.6h1.6v-1.6z",
  "risk-medium": "M8 1.5 14.5 8 8 14.5 1.5 8zM7.2 4.8v4h1.6v-4zM7.2 9.9v1.5h1.6V9.9z",
  "risk-low": "M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zm0 1.7a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6z",
} as const;

export type IconName = keyof typeof LINES | keyof typeof SHAPES;

/** A shape beside a word that says the same: alone it says nothing, and a screen reader leaves it out. */
export function Icon({ name }: { readonly name: IconName }) {
  const isShape = name in SHAPES;
  return (
    <svg class={styles[isShape ? "shape" : "lines"]} viewBox="0 0 16 16" aria-hidden="true">
      <path d={isShape ? SHAPES[name as keyof typeof SHAPES] : LINES[name as keyof typeof LINES]} />
    </svg>
  );
}

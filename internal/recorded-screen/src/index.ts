/** What a person sees at a terminal: its output, drawn by a real emulator. For tests, and for the pictures in the docs. @module */
export { RecordedScreen, type Cell } from "./recorded-screen.ts";
export { styledRows } from "./styled-rows.ts";
export { svgOf } from "./svg.ts";

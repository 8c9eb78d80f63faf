// Axe walks through every view of the page in the dark, on a phone, and in the system's own colours.
import { DESKTOP, PHONE } from "./support/browser.ts";
import { walkThroughViews } from "./support/views.ts";

await walkThroughViews([
  ["dark", { ...DESKTOP, colorScheme: "dark" }],
  ["a phone", PHONE],
  ["forced colours", { ...DESKTOP, forcedColors: "active" }],
]);

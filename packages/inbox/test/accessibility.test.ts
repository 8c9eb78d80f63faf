// Axe walks through every view of the page as most people see it. Its other looks: accessibility-looks.extended.test.ts.
import { DESKTOP } from "./support/browser.ts";
import { walkThroughViews } from "./support/views.ts";

await walkThroughViews([["light", DESKTOP]]);

// Writes docs/porting.md anew, after an example has changed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { page } from "./page.ts";

writeFileSync(join(import.meta.dirname, "../../docs/porting.md"), page());
console.log("docs/porting.md is written.");

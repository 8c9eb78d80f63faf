/** Says which module it takes itself for, and whether it was loaded from a bundle. @module */
import { isBundled } from "./is-bundled.ts";

process.stdout.write(JSON.stringify({ url: import.meta.url, bundled: isBundled() }));

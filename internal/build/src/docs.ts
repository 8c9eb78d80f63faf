#!/usr/bin/env node
/** Before the current package is packed: puts the documentation beside it, for whoever has the package and not the repository. @module */
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";

rmSync("docs", { recursive: true, force: true });
cpSync(join(import.meta.dirname, "../../../docs"), "docs", { recursive: true });

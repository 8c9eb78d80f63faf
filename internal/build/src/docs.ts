#!/usr/bin/env node
/** Before the current package is packed: puts the documentation beside it, for whoever has the package and not the repository. @module */
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const DOCS = join(import.meta.dirname, "../../../docs");
/** Pictures of the page weigh more than all pages together: the package has links to them. */
const PICTURES = "inbox";
const REPOSITORY = "https://github.com/countersign/countersign/raw/main/docs";

rmSync("docs", { recursive: true, force: true });
cpSync(DOCS, "docs", { recursive: true, filter: (path) => path !== join(DOCS, PICTURES) });
for (const page of globSync("docs/*.md"))
  writeFileSync(page, readFileSync(page, "utf8").replaceAll(`](${PICTURES}/`, `](${REPOSITORY}/${PICTURES}/`));

/** `@countersign/packed`: the packages as npm serves them, and the quickstarts as their readers follow them. @module */
export { projectIn, type Project } from "./project.ts";
export { blocksOf, follow, quickstarts, type Quickstart } from "./quickstart.ts";
export { fileOf, filesOf, folders, packAll, ROOT, type Manifest } from "./tarballs.ts";

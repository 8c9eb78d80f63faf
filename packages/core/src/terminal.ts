/** `@countersign/core/terminal`: for programs with a person in front of them. Node only. @module */
export { groupsText } from "./contract/quorum.ts";
export { parsedLines } from "./terminal/parsed.ts";
export { terminalReviewer } from "./terminal/terminal-reviewer.ts";
export { visible, visibleJson } from "./terminal/visible.ts";

#!/usr/bin/env node
/** The command `countersign-conformance`. @module */
const OLDEST = "22.13.0";

/** Says so, instead of failing on what an older Node doesn't have. */
function isTooOld(): boolean {
  return process.versions.node.localeCompare(OLDEST, undefined, { numeric: true }) < 0;
}

if (isTooOld()) {
  process.stderr.write(`countersign-conformance needs Node ${OLDEST} or newer, and this is Node ${process.versions.node}.\n`);
  process.exitCode = 2;
} else {
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
}

#!/usr/bin/env node
/** The command `countersign`. @module */
import { versions } from "node:process";

const [major = 0, minor = 0] = versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`countersign: Node ${versions.node} is too old. It takes Node 22.13 or newer.\n`);
  process.exitCode = 2;
} else {
  // Whoever reads may stop reading: `countersign list | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  // After the check: an older Node could not even load it.
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
}

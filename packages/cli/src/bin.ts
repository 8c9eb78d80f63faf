#!/usr/bin/env node
/** The command `countersign`. @module */
import { homedir } from "node:os";
import { join } from "node:path";
import { env, versions } from "node:process";

const [major = 0, minor = 0] = versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 13)) {
  process.stderr.write(`countersign: Node ${versions.node} is too old. It takes Node 22.13 or newer.\n`);
  process.exitCode = 2;
} else {
  // Loaded after the check: an older Node has no such thing.
  const { enableCompileCache } = await import("node:module");
  // A third of the time of a short command. In a folder of the user's own, because what is there is run.
  enableCompileCache(join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "countersign"));
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever reads may stop reading: `countersign list | head`.
    if (error.code === "EPIPE") process.exit(0);
    process.stderr.write(`countersign: Standard output can't be written: ${error.message}.\n`);
    process.exit(1);
  });
  // Node before 24 calls its SQLite experimental, each time. Whoever reads errors as JSON can't use that.
  const [tell] = process.listeners("warning");
  process.removeAllListeners("warning").on("warning", (warning) => warning.name !== "ExperimentalWarning" && tell?.(warning));
  const { main } = await import("./main.ts");
  process.exitCode = await main(process.argv.slice(2));
  // A module of an application may have opened what would keep the process alive.
  setInterval(() => process.stdout.writableLength === 0 && process.exit(), 500).unref();
}

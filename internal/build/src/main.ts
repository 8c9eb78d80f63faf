#!/usr/bin/env node
/** Builds the package in the current folder: `dist` gets its JavaScript, the source maps of that, and its declarations. @module */
import { spawnSync } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.ts";
import { pageFiles } from "./page-files.ts";

rmSync("dist", { recursive: true, force: true });
const compiler = fileURLToPath(new URL("./bin/tsc", import.meta.resolve("typescript/package.json")));
const { status } = spawnSync(process.execPath, [compiler, "-p", ".", "--emitDeclarationOnly"], { stdio: "inherit" });
const isPage = existsSync("src/page/index.html");
if (status === 0) await bundle(process.cwd(), isPage ? { PAGE_FILES: JSON.stringify(await pageFiles("src/page")) } : {});
process.exitCode = status ?? 1;

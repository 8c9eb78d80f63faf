#!/usr/bin/env node
/** Builds the package in the current folder: `dist` gets its JavaScript, the source maps of that, and its declarations. @module */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { bundle } from "./bundle.ts";

const folder = process.cwd();
rmSync("dist", { recursive: true, force: true });
const { status } = spawnSync("tsc", ["-p", ".", "--emitDeclarationOnly"], { stdio: "inherit" });
if (status === 0) await bundle(folder);
process.exitCode = status ?? 1;

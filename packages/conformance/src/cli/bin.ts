#!/usr/bin/env node
/** The command `countersign-conformance`. @module */
import { main } from "./main.ts";

process.exitCode = await main(process.argv.slice(2));

import { performance } from "node:perf_hooks";

// Imports the framework, and then core and the adapter: says in ms what each takes.
const begun = performance.now();
await import("zod");
await import("langchain");
await import("@langchain/langgraph");
const framework = performance.now();
await import("@countersign/core");
await import("@countersign/langgraph");
const all = performance.now();
process.stdout.write(JSON.stringify({ framework: framework - begun, added: all - framework }));

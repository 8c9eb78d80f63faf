// `pnpm demo`: the story on one framework; `pnpm demo --all`: on all four at once.
await import(process.argv.includes("--all") ? "./all-four/demo.ts" : "./langgraph/demo.ts");

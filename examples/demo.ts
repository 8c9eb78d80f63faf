// `pnpm demo`: the story on one framework; `pnpm demo --all`: on all four at once; `pnpm demo --inbox`: all four, and the page.
const has = (flag: string): boolean => process.argv.includes(flag);
await import(has("--inbox") ? "./inbox/demo.ts" : has("--all") ? "./all-four/demo.ts" : "./langgraph/demo.ts");

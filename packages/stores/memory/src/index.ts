/** `@countersign/memory`: the reference store. @module */
export { memoryStore, type MemoryStoreOptions } from "./store.ts";

import { testStore } from "@countersign/conformance";

testStore(new URL("./sqlite.harness.ts", import.meta.url));
testStore(new URL("./in-memory.harness.ts", import.meta.url));

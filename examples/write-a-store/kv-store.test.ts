import { testStore } from "@countersign/conformance";

testStore(new URL("./kv-store.harness.ts", import.meta.url));

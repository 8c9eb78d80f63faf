import { testAdapter } from "@countersign/conformance";

testAdapter(new URL("./adapter.harness.ts", import.meta.url));
